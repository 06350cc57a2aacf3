"""Columns to unit cells, their polarization, and its variants."""
