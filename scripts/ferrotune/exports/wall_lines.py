"""Walls as GeoJSON: a line string for each part between two variants, with what is measured of it."""

import json
import math

import numpy as np

from ferrotune.exports.scale import Scale
from ferrotune.files.rounds import stored_walls
from ferrotune.segmentation.wall_lengths import whole_path

DIGITS = 4  # of positions in nm: a tenth of a pm


def _plain(value):
    """A value of a table as JSON has it: numbers that are unknown are null."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def wall_features(selected, table, cell_px, pixel_size_pm):
    """Walls of a selected segmentation as a GeoJSON feature collection.

    Parameters
    ----------
    selected : dict, arrays of selected.zarr
    table : pandas.DataFrame of walls.tsv, a row for each part of a wall
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    dict
        Positions are (x, y) from the image's first pixel, y downwards, in nm (px where the pixel size is unknown), and
        not in degrees, as GeoJSON has it on maps. Properties are the columns of walls.tsv.
    """
    scale, paths = Scale.of(pixel_size_pm), stored_walls(selected)[0]
    features = []
    for row in table.to_dict("records"):
        path = paths[row["wall"]]
        part = path[(row["first_point"] + np.arange(row["points"])) % len(path)]
        xy = whole_path(part, row["closed"])[:, ::-1] * cell_px * scale.px_far
        features.append(
            {
                "type": "Feature",
                "id": f"{row['wall']}.{row['part']}",
                "properties": {name: _plain(value) for name, value in row.items()},
                "geometry": {"type": "LineString", "coordinates": xy.round(DIGITS).tolist()},
            }
        )
    said = f"x, y in {scale.far} from the centre of the image's first pixel, y downwards; not degrees"
    return {"type": "FeatureCollection", "coordinates_are": said, "features": features}


def write_geojson(features, path):
    """Write a feature collection (dict) to a path."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(features, file, allow_nan=False, indent=1)
        file.write("\n")
