"""The canonical grid of an architecture is as large as rotations and shifts need."""

from dataclasses import replace

import pytest

from ferrotune.vae.architecture import Architecture
from helpers.rotated import SIZE

ARCHITECTURE = Architecture((SIZE, SIZE))


@pytest.mark.parametrize(
    "invariance, least", [("none", (SIZE, SIZE)), ("r", (SIZE * 2**0.5,) * 2), ("t", (SIZE, SIZE)), ("rt", (24, 24))]
)
def test_the_canonical_grid_holds_what_rotations_and_shifts_bring_in(invariance, least):
    canvas = replace(ARCHITECTURE, invariance=invariance).canvas
    assert all(have >= need for have, need in zip(canvas, least, strict=True))
    assert (canvas == ARCHITECTURE.window) == (invariance == "none")
