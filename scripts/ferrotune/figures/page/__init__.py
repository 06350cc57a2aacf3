"""The interactive page of an image, one module for each part of what it shows; `render` puts them together."""
