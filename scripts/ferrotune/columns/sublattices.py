"""Numbers of the two sublattices of a perovskite, as in tables and files."""

A, B, NEITHER = 0, 1, -1  # the brighter (Bi, Pb), the other (Fe, Ti), and columns of neither
SUBLATTICES = {"A": (A,), "B": (B,), "both": (A, B)}  # what the config's `sites` may ask for
