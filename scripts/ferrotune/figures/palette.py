"""Colours of marks, and colours of domains by their number."""

import numpy as np

# The colours of Okabe and Ito, which can be distinguished with any colour vision (https://jfly.uni-koeln.de/color/).
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#999999"
INK, FAINT = "#222222", "#BBBBBB"
DOMAINS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, GREY)
NOWHERE = (1.0, 1.0, 1.0)  # where there is no site
FILL = 0.8  # strength of a colour that fills an area, 1 is pure
PALEST = 0.2  # share of that for a certainty of 0: pale, but the domains can still be distinguished


def _lighter(colour, share):
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return tuple(1 - (1 - part) * share for part in parts)


def domain_colour(number):
    """Colour (r, g, b) in 0 ... 1 of domain `number`, 0 and up; after eight the colours repeat, but lighter."""
    return _lighter(DOMAINS[number % len(DOMAINS)], FILL * 0.5 ** (number // len(DOMAINS)))


def domain_colours(numbers):
    """Give each site the colour of its domain.

    Parameters
    ----------
    numbers : (site,) int, numbers of domains; -1 is no label

    Returns
    -------
    (site, 3) float, sRGB in 0 ... 1; white if the site has no label
    """
    numbers = np.asarray(numbers, int)
    return np.array([*(domain_colour(n) for n in range(numbers.max(initial=0) + 1)), NOWHERE])[numbers]


def faded(colours, share):
    """Fade colours (n, 3) to nearly white as a share (n,) falls from 1 to 0; a share of NaN changes nothing."""
    strength = PALEST + (1 - PALEST) * np.nan_to_num(np.asarray(share, float), nan=1.0)
    return 1 - (1 - np.asarray(colours)) * strength[..., None]
