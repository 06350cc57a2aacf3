"""Latent variables of A and B columns come to the same axes, whatever the model made of each."""

import numpy as np
import pytest

from ferrotune.vae.alignment import alignment
from ferrotune.vae.latents import Latents

CELL = 10.0


def lattice(rows=20, columns=24):
    """Positions of A columns and of B columns between them, their class, and a polarization with one wall."""
    index = np.argwhere(np.ones((rows, columns)))
    yx = CELL * np.concatenate([index, index[(index < (rows - 1, columns - 1)).all(axis=1)] + 0.5])
    kind = np.repeat([0, 1], [len(index), len(yx) - len(index)])
    right = yx[:, 1] > CELL * columns / 2
    return yx, kind, np.stack([np.where(right, 1.0, -1.0), np.where(right, 0.3, 0.5)], axis=1)


def latents_of(z, angle=None):
    angle = np.zeros((len(z), 0)) if angle is None else angle[:, None]
    none = np.zeros((len(z), 0), np.float32)
    return Latents(
        z.astype(np.float32), np.full(z.shape, 0.1, np.float32), angle.astype(np.float32), angle, *[none] * 3
    )


def seen(seed=0, noise=0.1):
    """Latent variables that see the polarization through another linear map around A than around B."""
    rng = np.random.default_rng(seed)
    yx, kind, polarization = lattice()
    polarization = polarization + noise * rng.normal(size=polarization.shape)
    maps = np.array([[[0.8, 0.1], [-0.2, 0.5]], [[-0.1, 1.2], [-0.4, -0.2]]])
    z = np.einsum("ni,nij->nj", polarization, maps[kind]) + np.array([[0.3, 0.0], [-1.0, 2.0]])[kind]
    return yx, kind, polarization @ maps[0] + [0.3, 0.0], latents_of(z)


def test_b_is_brought_to_what_a_would_have_shown():
    yx, kind, as_a, latents = seen()
    b = kind == 1
    before = np.abs(latents.z[b] - as_a[b]).max()
    found = alignment(latents, kind, yx, CELL).aligned(latents, kind)
    assert np.array_equal(found.z[~b], latents.z[~b])
    assert before > 1
    for i in (0, 1):
        assert np.corrcoef(found.z[b, i], as_a[b, i])[0, 1] > 0.95


def test_the_way_back_leads_to_what_the_decoder_of_b_knows():
    yx, kind, _, latents = seen()
    axes = alignment(latents, kind, yx, CELL)
    b = kind == 1
    assert axes.back(axes.aligned(latents, kind).z[b]) == pytest.approx(latents.z[b], abs=1e-4)


def test_it_cannot_make_a_wall_where_there_is_none():
    """Noise around A and around B: however it is turned, neighbours of the two classes still do not agree."""
    yx, kind, _ = lattice()
    rng = np.random.default_rng(1)
    latents = latents_of(rng.normal(size=(len(yx), 2)))
    found = alignment(latents, kind, yx, CELL).aligned(latents, kind).z
    a, b = kind == 0, kind == 1
    nearest = np.linalg.norm(yx[b][:, None] - yx[a], axis=2).argmin(axis=1)
    for i in (0, 1):
        assert abs(np.corrcoef(found[b, i], found[a][nearest, i])[0, 1]) < 0.2


def test_a_dead_variable_stays_dead():
    yx, kind, polarization = lattice()
    z = polarization * [1.0, 1e-4]
    latents = latents_of(z + 1e-4 * np.random.default_rng(0).normal(size=z.shape))
    found = alignment(latents, kind, yx, CELL).aligned(latents, kind).z
    assert found[kind == 1, 1].std() < 1e-2


def test_an_angle_that_differs_by_class_is_taken_off_around_the_circle():
    yx, kind, polarization = lattice()
    true = np.where(polarization[:, 0] > 0, 3.1, 0.2)
    latents = latents_of(polarization, np.angle(np.exp(1j * (true + 2.0 * kind))))
    found = alignment(latents, kind, yx, CELL).aligned(latents, kind).angle[:, 0]
    assert np.abs(np.angle(np.exp(1j * (found - true)))).max() < 0.1


def test_error_bars_turn_along():
    yx, kind, _, latents = seen()
    axes = alignment(latents, kind, yx, CELL)
    sigma = axes.aligned(latents, kind).z_sigma[kind == 1]
    assert sigma == pytest.approx(np.tile(0.1 * np.linalg.norm(axes.onto, axis=0), (len(sigma), 1)), rel=1e-5)


def test_columns_of_one_class_are_left_as_they_are():
    yx, kind, _, latents = seen()
    only = np.zeros_like(kind)
    assert np.array_equal(alignment(latents, only, yx, CELL).aligned(latents, only).z, latents.z)
