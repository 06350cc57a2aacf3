"""ferrotune segments atomically resolved images into domains and rates each segmentation by physical rewards."""

__version__ = "0.1.0"
