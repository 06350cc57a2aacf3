"""Pixels to atomic columns: lattice, positions, sublattices."""
