"""Walls of painted films: direction, type and bound charge are those that were painted."""

import numpy as np
import pytest

from ferrotune.domains.wall_courses import Course, beside_walls
from ferrotune.domains.wall_table import wall_table
from ferrotune.domains.wall_types import type_of
from helpers.painted_film import CELL, PIXEL, PaintedFilm

NEUTRAL, HEAD, TAIL, PARTS = "neutral", "head-to-head", "tail-to-tail", "charged in parts"


def left_right(y, x):
    return int(x >= 20)


def diagonal(y, x):
    return int(x + y >= 40)


def ring(y, x):
    return int(np.hypot(y - 20, x - 20) < 9)


def wall_of(paint, vectors, **how):
    table = PaintedFilm(paint, vectors, **how).walls
    assert len(table) == 1
    return table.iloc[0]


# the vectors of the variants left and right of a wall along y, or above and below the anti-diagonal
@pytest.mark.parametrize(
    ("paint", "vectors", "kind", "charged", "charge"),
    [
        (left_right, [(1, 0), (-1, 0)], "180", NEUTRAL, 0.0),
        (left_right, [(0, 1), (0, -1)], "180", HEAD, 2.0),
        (left_right, [(0, -1), (0, 1)], "180", TAIL, -2.0),
        (left_right, [(1, 1), (-1, 1)], "90", NEUTRAL, 0.0),
        (left_right, [(1, 1), (1, -1)], "90", HEAD, np.sqrt(2)),
        (diagonal, [(1, 0), (0, 1)], "90", NEUTRAL, 0.0),
        (diagonal, [(0, 1), (-1, 0)], "90", HEAD, np.sqrt(2)),
        (diagonal, [(-1, -1), (1, 1)], "180", TAIL, -2.0),
        (diagonal, [(-1, 1), (1, -1)], "180", NEUTRAL, 0.0),
    ],
)
def test_types_and_charges_of_painted_walls(paint, vectors, kind, charged, charge):
    wall = wall_of(paint, vectors)
    assert (wall["type"], wall["charged"]) == (f"{kind} degrees", charged)
    assert wall["charge"] == pytest.approx(charge, abs=0.1)
    assert abs(wall["charge"] - charge) < 3 * wall["charge_error"]
    assert (wall["variant_1"], wall["variant_2"]) == (0, 1)
    assert wall["type_3d"] == {"180": "109 or 180", "90": "71 or 109"}[kind]


def test_direction_and_normal_in_crystal_axes():
    wall = wall_of(left_right, [(1, 0), (-1, 0)])
    assert wall["nearest_trace"] == "[1 0]" and wall["direction_deg"] == pytest.approx(90, abs=1)
    assert (wall["normal_h"], wall["normal_k"]) == pytest.approx((0, 1), abs=0.02)  # from variant 0 to variant 1
    wall = wall_of(diagonal, [(1, 0), (0, 1)])
    assert wall["nearest_trace"] == "[1 -1]" and wall["direction_deg"] == pytest.approx(45, abs=1)
    assert (wall["normal_h"], wall["normal_k"]) == pytest.approx((1, 1), abs=0.05)
    assert wall["straightness"] > 0.98


def test_lengths_and_steps_in_both_units():
    wall = wall_of(left_right, [(1, 0), (-1, 0)])
    assert wall["length_cells"] == pytest.approx(40, abs=1.5)
    assert wall["length_nm"] == pytest.approx(wall["length_cells"] * CELL * PIXEL / 1000)
    assert wall["p_jump_px"] == pytest.approx(3.0, abs=4 * wall["p_jump_error_px"])
    assert wall["p_jump_pm"] == pytest.approx(wall["p_jump_px"] * PIXEL)
    assert wall["p_angle_deg"] == pytest.approx(180, abs=3)
    assert wall["width_nm"] == pytest.approx(0.4)


def test_a_ring_is_neutral_in_the_mean_and_charged_in_parts():
    wall = wall_of(ring, [(0, 1), (0, -1)])
    assert wall["closed"] and wall["charged"] == PARTS
    assert wall["charge"] == pytest.approx(0, abs=0.1) and wall["charge_local"] == pytest.approx(np.sqrt(2), abs=0.15)
    assert wall["nearest_trace"] is np.nan or not isinstance(wall["nearest_trace"], str)


def test_two_domains_of_one_variant_have_two_walls():
    table = PaintedFilm(lambda y, x: int(12 <= x < 28), [(0, 1), (0, -1)]).walls
    assert sorted(table["charged"]) == [HEAD, TAIL]  # into the stripe on one side of it, out of it on the other


def quadrants(y, x):
    """Four variants, which meet in the middle: clockwise from the upper left 0, 1, 2, 3."""
    return [[0, 1], [3, 2]][int(y >= 20)][int(x >= 20)]


def test_a_line_through_a_junction_is_two_walls():
    """A vortex: neighbouring quadrants are at 90 degrees, and none of the four walls is charged."""
    table = PaintedFilm(quadrants, [(-1, 1), (1, 1), (1, -1), (-1, -1)]).walls
    pairs = sorted(zip(table["variant_1"], table["variant_2"], strict=True))
    assert pairs == [(0, 1), (0, 3), (1, 2), (2, 3)]
    assert table["wall"].nunique() < 4  # lines go on through the middle
    assert (table["type"] == "90 degrees").all() and (table["charged"] == NEUTRAL).all()
    assert table["length_cells"].to_numpy() == pytest.approx(20, abs=1.5)


def test_parts_hold_all_points_of_a_wall():
    film = PaintedFilm(quadrants, [(-1, 1), (1, 1), (1, -1), (-1, -1)])
    table, count = film.walls, np.bincount(film.selected["point_wall"])
    assert table.groupby("wall")["points"].sum().tolist() == count.tolist()
    later = table[table["part"] > 0]
    assert (later["first_point"] > 0).all()


def test_a_ring_beside_two_variants_is_cut_where_they_meet():
    """A domain inside two others: its ring has two parts, which begin and end where the wall of the others meets it."""

    def inside(y, x):
        return 0 if np.hypot(y - 20, x - 20) < 9 else 1 + int(x >= 20)

    table = PaintedFilm(inside, [(1, 0), (0, 1), (0, -1)]).walls
    assert sorted(zip(table["variant_1"], table["variant_2"], strict=True)) == [(0, 1), (0, 2), (1, 2), (1, 2)]
    arcs = table[table["variant_1"] == 0]
    assert arcs["length_cells"].to_numpy() == pytest.approx(np.pi * 9, rel=0.15)


def test_a_side_without_decided_sites_has_no_polarization():
    film = PaintedFilm(left_right, [(1, 0), (-1, 0)])
    traced = film.selected
    film.labels[film.sites.yx[:, 1] < 20 * CELL] = -1
    wall = wall_table(traced, film.labels, film.sites, film.cells, PIXEL).iloc[0]
    assert (wall["variant_1"], wall["variant_2"]) == (1, -1)
    assert np.isnan(wall["p_2_y_px"]) and abs(wall["p_1_y_px"]) > 1
    assert (wall["type"], wall["charged"]) == ("undetermined", "undetermined")


def test_noise_decides_nothing():
    wall = wall_of(left_right, [(1, 0), (-1, 0)], noise=30)
    assert (wall["type"], wall["charged"]) == ("undetermined", "undetermined")


def test_angles_between_two_classes_are_undetermined():
    assert type_of(100, 5) == 90 and type_of(170, 10) == 180 and type_of(10, 5) == 0
    assert type_of(130, 5) is None and type_of(60, 10) is None and type_of(np.nan, np.nan) is None


def test_a_film_without_walls_has_an_empty_table_with_all_columns():
    table = PaintedFilm(lambda y, x: 0, [(1, 0)]).walls
    assert len(table) == 0 and {"length_nm", "charged", "type_3d"} <= set(table.columns)


def test_what_lies_beyond_the_end_of_a_wall_is_on_no_side():
    course = Course.of(np.column_stack([np.arange(5, 10, 0.25), np.full(20, 3.0)]), False)
    wall, distance = beside_walls([course], np.array([[7.0, 1.0], [7.0, 4.0], [2.0, 1.0], [12.0, 4.0]]))
    assert wall.tolist() == [0, 0, -1, -1]
    assert sorted(np.abs(distance[:2])) == [1, 2] and distance[0] * distance[1] < 0


def test_the_direction_of_a_long_wall_is_known_better():
    short, long = (Course.of(np.column_stack([np.arange(0, n, 0.25), np.zeros(4 * n)]), False) for n in (8, 40))
    assert 2 < short.direction_error_deg < 6 and long.direction_error_deg < 1
