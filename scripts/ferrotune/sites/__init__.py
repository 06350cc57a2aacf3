"""Positions that get a label, the raster of their nearest samples, and their neighbours."""
