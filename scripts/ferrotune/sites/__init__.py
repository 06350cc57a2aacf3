"""Sites: positions that get a label, the raster of the nearest site at each sample, and neighbouring sites."""
