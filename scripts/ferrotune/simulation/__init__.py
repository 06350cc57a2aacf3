"""Simulated films whose columns, polarization and walls are known."""
