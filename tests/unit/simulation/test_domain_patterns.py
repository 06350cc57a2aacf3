"""Domain patterns: which component switches, where, and over what width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.simulation.domain_patterns import GEOMETRIES, INCLINED_BROADENING, VARIANTS, domain_pattern, variant_of

POLAR = [name for name in GEOMETRIES if name != "none"]


def grid(side=30, step=1.0):
    axis = np.arange(0, side, step)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("geometry", POLAR)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_thirty_cells_show_two_sensible_domains(geometry, seed):
    label, _ = domain_pattern(geometry, grid(), 2.0, seed)
    share = np.sort(np.bincount(label, minlength=4))[::-1] / len(label)
    assert share[1] > 0.1


@pytest.mark.parametrize("geometry", POLAR)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_label_is_the_variant_of_larger_weight(geometry, seed):
    label, direction = domain_pattern(geometry, grid(), 2.0, seed)
    weight = direction @ VARIANTS.T
    assert np.allclose(weight[np.arange(len(label)), label], weight.max(axis=1))
    assert np.array_equal(label, variant_of(direction))


@pytest.mark.parametrize("geometry", ["walls_109", "walls_71", "diagonal_180", "closure"])
def test_inside_domains_p_is_a_unit_variant(geometry):
    yx = grid(60)
    label, direction = domain_pattern(geometry, yx, 0.2, seed=3)
    length = np.hypot(*direction.T)
    assert np.median(length) == pytest.approx(1.0, abs=1e-6)
    inside = length > 0.999
    assert np.allclose(direction[inside], VARIANTS[label[inside]], atol=0.002)


@pytest.mark.parametrize(("geometry", "switching", "fixed", "along"), [("walls_109", 0, 1, 0), ("walls_71", 1, 0, 1)])
def test_one_component_switches_across_straight_walls(geometry, switching, fixed, along):
    n = 40
    _, direction = domain_pattern(geometry, grid(n), 2.0, seed=5)
    field = direction.reshape(n, n, 2)
    assert np.ptp(field[..., fixed]) == 0
    assert np.ptp(field[..., switching], axis=along).max() == 0  # constant along the trace
    assert field[..., switching].min() < -0.6 and field[..., switching].max() > 0.6


@pytest.mark.parametrize(("geometry", "width"), [("walls_109", 2.0), ("walls_71", 2.0 * INCLINED_BROADENING)])
def test_wall_has_the_tanh_width(geometry, width):
    line = np.arange(0, 60, 0.01)
    axis = 1 if geometry == "walls_109" else 0
    yx = np.zeros((len(line), 2))
    yx[:, axis] = line
    _, direction = domain_pattern(geometry, yx, 2.0, seed=1)
    component = direction[:, 1 - axis]
    wall = np.flatnonzero(np.diff(np.sign(component)) != 0)
    slope = np.abs(np.gradient(component, line))[wall]
    assert np.allclose(slope, np.sqrt(0.5) * 2 / width, rtol=0.01)  # d/ds tanh(2 s / w) at 0 is 2 / w


def test_diagonal_walls_reverse_p_and_hold_it():
    n = 60
    yx = grid(n)
    label, direction = domain_pattern("diagonal_180", yx, 2.0, seed=2)
    assert set(label) in ({0, 3}, {1, 2})  # opposite variants
    slope = np.sign(direction[0, 0] * direction[0, 1])
    assert np.allclose(direction[:, 0], slope * direction[:, 1])
    along = yx[:, 0] - slope * yx[:, 1]  # constant along P: so are the walls
    for value in np.unique(along):
        assert np.ptp(direction[along == value], axis=0).max() < 1e-12


def test_closure_closes_the_flux():
    n = 60
    yx = grid(n)
    label, direction = domain_pattern("closure", yx, 2.0, seed=4)
    field = direction.reshape(n, n, 2)
    assert set(label) == {0, 1, 2, 3}
    divergence = np.gradient(field[..., 0], axis=0) + np.gradient(field[..., 1], axis=1)
    curl = np.gradient(field[..., 1], axis=0) - np.gradient(field[..., 0], axis=1)
    assert np.abs(divergence).max() < 1e-12  # no bound charge anywhere
    assert np.abs(curl.sum()) > 50  # P rotates one way round


def test_mottled_has_four_variants_of_a_few_cells():
    n = 80
    label, _ = domain_pattern("mottled", grid(n), 1.0, seed=0)
    field = label.reshape(n, n)
    assert np.all(np.bincount(label, minlength=4) > 0.05 * n * n)
    run_length = n * n / np.count_nonzero(np.diff(field, axis=1))
    # Two fields, each crossing zero every pi * correlation (Rice's formula), change the label twice as often.
    assert run_length == pytest.approx(np.pi * 3.0 / 2, rel=0.25)


def test_none_is_unpolarized_with_one_label():
    label, direction = domain_pattern("none", grid(), 2.0, seed=0)
    assert not label.any() and not direction.any()


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_seed_decides_the_pattern(geometry):
    first, again, other = (domain_pattern(geometry, grid(), 2.0, seed)[1] for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert (geometry == "none") or not np.array_equal(first, other)


def test_unknown_geometry_and_width_say_what_to_do():
    with pytest.raises(InputError, match=r"closure.*mottled"):
        domain_pattern("stripes", grid(), 2.0, 0)
    with pytest.raises(InputError, match="wall_width"):
        domain_pattern("walls_109", grid(), 0.0, 0)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_no_positions_no_labels(geometry):
    label, direction = domain_pattern(geometry, np.empty((0, 2)), 2.0, 0)
    assert label.shape == (0,) and direction.shape == (0, 2)
