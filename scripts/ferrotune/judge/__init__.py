"""The judge: which boundaries of a segmentation stand as walls, calibrated on the image itself."""
