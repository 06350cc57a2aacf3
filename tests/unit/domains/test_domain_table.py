"""Domains: connected, of known area and polarization, with errors that hold."""

import numpy as np
import pytest

from ferrotune.domains.mean_polarization import MeasuredCells, mean_polarization
from helpers.painted_film import CELL, PIXEL, P, PaintedFilm

STRIPES = [(1, 1), (1, -1)]


def stripes(y, x):
    return int(10 <= x < 25)


def test_a_domain_is_a_connected_region_of_one_variant():
    table = PaintedFilm(stripes, STRIPES).domains
    assert table["variant"].tolist() == [1, 0, 0]  # the largest first: 15, 15 and 10 cells wide
    assert sorted(table["sites"]) == [400, 600, 600]
    assert sorted(table["variant"]) == [0, 0, 1]


def test_areas_are_those_that_were_painted():
    table = PaintedFilm(stripes, STRIPES).domains
    assert table["area_cells"].sum() == pytest.approx(1600, rel=0.02)
    nm2 = table["area_cells"] * (CELL * PIXEL / 1000) ** 2
    assert table["area_nm2"].to_numpy() == pytest.approx(nm2.to_numpy())


def test_polarization_and_its_direction():
    table = PaintedFilm(stripes, STRIPES, noise=0.3).domains.set_index("variant")
    assert table.loc[1, "direction_axes"] == "[1 -1]" and (table.loc[0, "direction_axes"] == "[1 1]").all()
    # y points down: (1, 1) is seen as down and right
    assert table.loc[0, "direction_deg"].to_numpy() == pytest.approx(-45, abs=1)
    assert table.loc[1, "direction_deg"] == pytest.approx(-135, abs=1)
    off = np.abs(table["p_px"] - P) / table["p_error_px"]
    assert (off < 4).all() and (table["p_error_px"] < 0.05).all()
    assert table["p_pm"].to_numpy() == pytest.approx(table["p_px"].to_numpy() * PIXEL)


def test_cells_on_a_wall_do_not_count():
    table = PaintedFilm(stripes, STRIPES, noise=0).domains
    assert table["p_px"].to_numpy() == pytest.approx(P, abs=1e-6)


def test_without_polarization_there_is_no_direction():
    film = PaintedFilm(stripes, STRIPES)
    film.cells = MeasuredCells(np.empty((0, 2)), np.empty((0, 2)), np.empty((0, 2)), 0.0)
    table = film.domains
    assert table["p_px"].isna().all() and (table["direction_axes"] == "").all() and (table["p_cells"] == 0).all()
    walls = film.walls
    assert (walls["type"] == "undetermined").all() and (walls["charged"] == "undetermined").all()


def test_noise_has_no_direction():
    film = PaintedFilm(stripes, STRIPES)
    film.cells.polarization[:] = np.random.default_rng(1).normal(0, 1, film.cells.polarization.shape)
    assert (film.domains["direction_axes"] == "").sum() >= 2


def test_undecided_sites_are_in_no_domain():
    film = PaintedFilm(stripes, STRIPES)
    film.labels[:80] = -1
    assert film.domains["sites"].sum() == 1520 and (film.domains["variant"] >= 0).all()


def coverage(make, of=2.0):
    """Share of 200 means that lie within `of` standard errors of zero, along x."""
    found = [mean_polarization(cells, np.arange(len(cells))) for cells in map(make, range(200))]
    return np.mean([abs(mean.value[1]) < of * np.sqrt(mean.covariance[1, 1]) for mean in found])


@pytest.mark.parametrize("kind", ["white", "rows", "slow"])
def test_the_standard_error_holds(kind):
    """95 % within two standard errors, also where the cells of a row, or of a region, have noise in common."""
    yx = np.argwhere(np.ones((24, 24))).astype(float)

    def make(seed):
        rng = np.random.default_rng(seed)
        noise, row = rng.normal(0, 0.2, (576, 2)), 0.0
        sigma = np.full((576, 2), 0.2)
        if kind == "rows":
            row = 0.3
            noise[:, 1] += np.repeat(rng.normal(0, row, 24), 24)
            sigma[:, 1] = np.hypot(0.2, row)
        if kind == "slow":
            region = np.ravel_multi_index((yx // 4).astype(int).T, (6, 6))
            noise += rng.normal(0, 0.3, (36, 2))[region]
        return MeasuredCells(yx, noise, sigma, row)

    assert 0.9 <= coverage(make) <= 1.0
    assert coverage(make, of=1.0) < 0.85
