"""The order of a published polarization's components is told by the image."""

import numpy as np
import pytest

from ferrotune.reference.component_order import order_agreement, order_doubt
from ferrotune.reference.reading import Reference

CELL = 26.0


def fields(seed=0, noise=0.5):
    """Cells with four variants of the polarization, and what another measurement publishes of most of them."""
    rng = np.random.default_rng(seed)
    yx = CELL * np.argwhere(np.ones((12, 15)))
    polarization = np.array([[2.0, 0.5], [-2.0, 0.5], [0.5, 2.0], [2.0, -0.5]])[rng.integers(0, 4, len(yx))]
    measured = polarization + rng.normal(scale=noise, size=polarization.shape)
    measured[::17] = np.nan  # cells without B
    published = polarization + rng.normal(scale=noise, size=polarization.shape)
    return {"yx": yx, "polarization": measured}, yx + rng.normal(scale=1.0, size=yx.shape), published


def reference(yx, polarization):
    return Reference(yx, np.zeros(len(yx), int), polarization, "published polarization", np.zeros(2))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_right_order_agrees_and_the_wrong_one_is_named(sign):
    cells, yx, published = fields()
    right = order_agreement(reference(yx, sign * published), cells, CELL)
    wrong = order_agreement(reference(yx, sign * published[:, ::-1]), cells, CELL)
    assert sign * right[0] == pytest.approx(4.25 / 4.75, abs=0.02)  # signal over signal and noise, as drawn
    assert right == pytest.approx(wrong[::-1])
    assert order_doubt(right, "first") is None
    assert order_doubt(wrong, "first").endswith("set reference.row_component: second")
    assert order_doubt(wrong, "second").endswith("set reference.row_component: first")


def test_nothing_is_said_where_the_orders_cannot_be_distinguished():
    cells, yx, published = fields()
    along = {**cells, "polarization": cells["polarization"].mean(axis=1, keepdims=True).repeat(2, axis=1)}
    assert order_doubt(order_agreement(reference(yx, published), along, CELL), "first") is None
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=published.shape)
        assert order_doubt(order_agreement(reference(yx, noise), cells, CELL), "first") is None
    unknown = np.full_like(published, np.nan)
    assert np.isnan(order_agreement(reference(yx, unknown), cells, CELL)).all()
    assert np.isnan(order_agreement(reference(yx + 0.5 * CELL, published), cells, CELL)).all()
    assert order_doubt((np.nan, np.nan), "first") is None
