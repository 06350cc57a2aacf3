"""Cells that a user knows: how they are written, and which edge is which."""

import numpy as np
import pytest

from ferrotune.columns.known_cell import KnownCell, angle_deg
from ferrotune.errors import InputError


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        (395, (395, 395, 90)),
        ("395", (395, 395, 90)),
        ("399.4x403.6", (399.4, 403.6, 90)),
        ("399.4 \N{MULTIPLICATION SIGN} 403.6 X 89.5", (399.4, 403.6, 89.5)),
        ([314.0, 314.0, 120.0], (314, 314, 120)),
    ],
)
def test_a_size_is_read(cell, known):
    found = KnownCell.of(cell)
    assert found == KnownCell(*known) and KnownCell.of(str(found)) == found


@pytest.mark.parametrize("cell", [None, "perovskite_100", "primitive"])
def test_names_are_no_size(cell):
    assert KnownCell.of(cell) is None


@pytest.mark.parametrize("cell", ["0x395", "-395", "395x395x10", [1.0, 2.0, 3.0, 4.0], float("inf")])
def test_what_is_no_cell_is_refused(cell):
    with pytest.raises(InputError, match=r"^lattice "):
        KnownCell.of(cell)


def test_edges_go_with_the_measured_vectors():
    known = KnownCell.of("390x415")
    tall = np.array([[27.0, 0.0], [0.0, 25.0]])
    assert known.along(tall) == KnownCell(415, 390) and known.along(tall[::-1, ::-1]) == KnownCell(390, 415)
    oblique = np.array([[14.0, 0.0], [7.0, 12.12]])
    assert KnownCell.of("314x314x120").along(oblique).angle == 60


@pytest.mark.parametrize("vectors", [[[20.0, 1.0], [-2.0, 21.0]], [[20.0, 1.0], [-2.0, -21.0]]])
def test_its_vectors_have_its_edges_and_the_handedness_of_others(vectors):
    found = KnownCell(390, 415, 85).vectors(np.array(vectors))
    assert np.hypot(*found.T) == pytest.approx([390, 415]) and angle_deg(found) == pytest.approx(85)
    assert np.sign(np.linalg.det(found)) == np.sign(np.linalg.det(vectors))
