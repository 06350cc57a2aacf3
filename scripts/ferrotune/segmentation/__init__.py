"""One segmentation: its labels, the lengths of its walls, and its status."""
