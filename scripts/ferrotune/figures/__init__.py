"""Figures and pages: arrays in, a matplotlib Figure (or HTML) out; no paths."""
