"""Figures and pages: arrays in, a matplotlib Figure (or HTML) out; only `style.save` knows paths."""
