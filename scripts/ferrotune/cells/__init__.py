"""Columns to unit cells, their polarization, and the variants of it."""
