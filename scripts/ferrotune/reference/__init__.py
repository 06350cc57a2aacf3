"""Agreement with a truth or a published reference. It scores trials and never steers the search."""
