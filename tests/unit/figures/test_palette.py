"""Colours of domains differ."""

import numpy as np

from ferrotune.figures import palette


def test_domains_have_different_colours():
    colours = palette.domain_colours(np.arange(-1, 20))
    assert len(np.unique(colours.round(4), axis=0)) == 21
    np.testing.assert_array_equal(colours[0], palette.NOWHERE)
