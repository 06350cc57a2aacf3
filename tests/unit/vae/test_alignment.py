"""Latent variables of B columns are aligned with those of A columns."""

import numpy as np
import pytest

from ferrotune.vae.alignment import align_sublattices
from ferrotune.vae.latents import Latents

CELL = 10.0


def lattice(rows=20, columns=24):
    """Positions of A columns and of B columns between them, their class, and a polarization with one wall."""
    index = np.argwhere(np.ones((rows, columns)))
    yx = CELL * np.concatenate([index, index[(index < (rows - 1, columns - 1)).all(axis=1)] + 0.5])
    site_class = np.repeat([0, 1], [len(index), len(yx) - len(index)])
    right = yx[:, 1] > CELL * columns / 2
    return yx, site_class, np.stack([np.where(right, 1.0, -1.0), np.where(right, 0.3, 0.5)], axis=1)


def latents_of(z, angle=None):
    angle = np.zeros((len(z), 0)) if angle is None else angle[:, None]
    none = np.zeros((len(z), 0), np.float32)
    return Latents(
        z.astype(np.float32), np.full(z.shape, 0.1, np.float32), angle.astype(np.float32), angle, *[none] * 3
    )


def mapped(seed=0, noise=0.1):
    """Latent variables that are one linear map of the polarization at A and another at B."""
    rng = np.random.default_rng(seed)
    yx, site_class, polarization = lattice()
    polarization = polarization + noise * rng.normal(size=polarization.shape)
    maps = np.array([[[0.8, 0.1], [-0.2, 0.5]], [[-0.1, 1.2], [-0.4, -0.2]]])
    z = np.einsum("ni,nij->nj", polarization, maps[site_class]) + np.array([[0.3, 0.0], [-1.0, 2.0]])[site_class]
    return yx, site_class, polarization @ maps[0] + [0.3, 0.0], latents_of(z)


def test_z_of_b_becomes_what_a_would_have_there():
    yx, site_class, as_a, latents = mapped()
    b = site_class == 1
    before = np.abs(latents.z[b] - as_a[b]).max()
    found = align_sublattices(latents, site_class, yx, CELL).apply(latents, site_class)
    assert np.array_equal(found.z[~b], latents.z[~b])
    assert before > 1
    for i in (0, 1):
        assert np.corrcoef(found.z[b, i], as_a[b, i])[0, 1] > 0.95


def test_the_inverse_gives_the_z_that_the_decoder_takes_for_b():
    yx, site_class, _, latents = mapped()
    found = align_sublattices(latents, site_class, yx, CELL)
    b = site_class == 1
    assert found.invert(found.apply(latents, site_class).z[b]) == pytest.approx(latents.z[b], abs=1e-4)


def test_it_cannot_make_a_wall_where_there_is_none():
    """Noise at A and at B: with any rotation, neighbours of the two classes do not agree."""
    yx, site_class, _ = lattice()
    rng = np.random.default_rng(1)
    latents = latents_of(rng.normal(size=(len(yx), 2)))
    found = align_sublattices(latents, site_class, yx, CELL).apply(latents, site_class).z
    a, b = site_class == 0, site_class == 1
    nearest = np.linalg.norm(yx[b][:, None] - yx[a], axis=2).argmin(axis=1)
    for i in (0, 1):
        assert abs(np.corrcoef(found[b, i], found[a][nearest, i])[0, 1]) < 0.2


def test_an_unused_variable_stays_unused():
    yx, site_class, polarization = lattice()
    z = polarization * [1.0, 1e-4]
    latents = latents_of(z + 1e-4 * np.random.default_rng(0).normal(size=z.shape))
    found = align_sublattices(latents, site_class, yx, CELL).apply(latents, site_class).z
    assert found[site_class == 1, 1].std() < 1e-2


def test_an_angle_between_the_classes_is_subtracted_around_the_circle():
    yx, site_class, polarization = lattice()
    true = np.where(polarization[:, 0] > 0, 3.1, 0.2)
    latents = latents_of(polarization, np.angle(np.exp(1j * (true + 2.0 * site_class))))
    found = align_sublattices(latents, site_class, yx, CELL).apply(latents, site_class).angle[:, 0]
    assert np.abs(np.angle(np.exp(1j * (found - true)))).max() < 0.1


def test_error_bars_are_transformed_too():
    yx, site_class, _, latents = mapped()
    found = align_sublattices(latents, site_class, yx, CELL)
    sigma = found.apply(latents, site_class).z_sigma[site_class == 1]
    assert sigma == pytest.approx(np.tile(0.1 * np.linalg.norm(found.matrix, axis=0), (len(sigma), 1)), rel=1e-5)


def test_columns_of_one_class_are_not_changed():
    yx, site_class, _, latents = mapped()
    only = np.zeros_like(site_class)
    assert np.array_equal(align_sublattices(latents, only, yx, CELL).apply(latents, only).z, latents.z)
