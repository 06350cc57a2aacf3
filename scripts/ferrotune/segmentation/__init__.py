"""One segmentation: its labels, and the guards that judge it."""
