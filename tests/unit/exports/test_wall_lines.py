"""Walls as GeoJSON: valid, in nm, one line for each part, with its properties."""

import geojson
import numpy as np
import pytest

from ferrotune.exports.wall_lines import wall_features, write_geojson
from helpers.exported import film, selected_of
from helpers.painted_film import CELL, PIXEL, PaintedFilm


def written(painted, path, pixel=PIXEL):
    write_geojson(wall_features(selected_of(painted), painted.walls, CELL, pixel), path)
    return geojson.loads(path.read_text())


def test_lines_are_valid_and_in_nm(tmp_path):
    found = written(film(), tmp_path / "walls.geojson")
    assert found.is_valid and "not degrees" in found["coordinates_are"] and len(found.features) == 2
    for line, x in zip(sorted(found.features, key=lambda f: f.geometry.coordinates[0][0]), (12, 28), strict=True):
        assert line.geometry.type == "LineString"
        assert np.array(line.geometry.coordinates)[:, 0] == pytest.approx(x * CELL * PIXEL / 1000, abs=0.1)
        assert line.properties["type"] == "90 degrees" and line.properties["width_nm"] == pytest.approx(0.4)
        assert line.properties["significance"] == 0.001 and line.properties["p_jump_pm"] > 0


def test_shapely_opens_them(tmp_path):
    shapely = pytest.importorskip("shapely", reason="shapely is not installed")
    written(film(), tmp_path / "walls.geojson")
    lines = shapely.from_geojson((tmp_path / "walls.geojson").read_text())
    lengths = [line.length for line in shapely.get_parts(lines)]
    assert lengths == pytest.approx([40 * CELL * PIXEL / 1000] * 2, rel=0.05)


def test_a_ring_ends_where_it_begins_and_unknown_numbers_are_null(tmp_path):
    ring = PaintedFilm(lambda y, x: int(np.hypot(y - 20, x - 20) < 9), [(0, 1), (0, -1)])
    (line,) = written(ring, tmp_path / "walls.geojson").features
    assert line.geometry.coordinates[0] == line.geometry.coordinates[-1] and line.properties["closed"]
    assert line.properties["direction_deg"] is None


def test_parts_of_a_line_meet(tmp_path):
    quadrants = PaintedFilm(
        lambda y, x: [[0, 1], [3, 2]][int(y >= 20)][int(x >= 20)], [(-1, 1), (1, 1), (1, -1), (-1, -1)]
    )
    found = written(quadrants, tmp_path / "walls.geojson")
    assert found.is_valid and len(found.features) == 4
    assert len({line.id for line in found.features}) == 4


def test_no_walls_is_a_valid_file(tmp_path):
    found = written(PaintedFilm(lambda y, x: 0, [(1, 0)]), tmp_path / "walls.geojson")
    assert found.is_valid and found.features == []
