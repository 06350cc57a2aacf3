"""ferrotune: domains of atomically resolved images, segmented by rewards. Arrays in, arrays out."""
