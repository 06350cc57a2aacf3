"""One segmentation: its labels, the lengths of its walls, and the guards that judge it."""
