"""Domains and walls of one segmentation in physical units: areas, polarization, directions, types, bound charge."""
