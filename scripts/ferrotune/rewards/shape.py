"""Rewards of the shape of walls: the three of the paper."""

import numpy as np

from ferrotune.rewards.registry import reward

PAPER = "Barakati et al., arXiv 2411.12612"


@reward(
    "minimise",
    "1/cell",
    "A curved wall costs elastic, electrostatic and gradient energy: ferroelectric walls run straight.",
    f"{PAPER}, R1; with the exponent 3/2 of a plane curve, which is misprinted there",
)
def curvature(segmentation):
    """Mean of |x' y'' - y' x''| / (x'^2 + y'^2)^(3/2) over all walls' points, 1/cell; R1 of the paper."""
    return np.mean(np.concatenate(segmentation.walls.curvature))


@reward(
    "maximise",
    "cell",
    "A wall cannot end inside a domain: true walls are continuous, those of noise are short pieces.",
    f"{PAPER}, R2",
)
def length(segmentation):
    """Total length of the straight segments of wall / number of segments, cells; R2 of the paper."""
    return segmentation.segment_lengths.mean()


@reward(
    "minimise",
    "1",
    "A wall that wanders is longer than the straight line between its ends, and costs more energy.",
    f"{PAPER}, supplement S1",
)
def chord_to_arc(segmentation):
    """1 - chord / arc of each wall, averaged by arc length; 0 straight, 1 closed; S1 of the paper."""
    return max(1 - segmentation.chord_lengths.sum() / segmentation.arc_lengths.sum(), 0.0)
