"""Pixels to pixels: normalisation, filters, noise, half-dose images."""
