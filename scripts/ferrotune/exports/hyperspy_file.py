"""An image with its columns and walls as markers, as HyperSpy 2 keeps them in a file (hspy)."""

import numpy as np

from ferrotune.exports.hyperspy_signals import axis, signal
from ferrotune.exports.scale import Scale
from ferrotune.files.rounds import stored_walls
from ferrotune.segmentation.wall_lengths import whole_path

COLORS = {"A": "red", "B": "blue", "neither": "gray", "wall": "orange"}
SUBLATTICES = {"A": 0, "B": 1, "neither": -1}
POINT, EDGE, LINE = 3.0, 0.5, 2.0  # points: diameter of circles, their edges, lines of walls


def _marker(name, kind, transforms, kwargs):
    """A marker as HyperSpy keeps it in the metadata."""
    found = {"class": kind, "name": name, "plot_on_signal": True}
    found |= dict(zip(("offset_transform", "transform"), transforms, strict=True))
    return found | {"kwargs": kwargs, "ScalarMappable_array": None}


def _columns(columns, scale):
    """Markers (dict) of the columns of each sublattice."""
    markers = {}
    for name, number in SUBLATTICES.items():
        xy = columns["yx"][columns["sublattice"] == number][:, ::-1] * scale.px_far
        if len(xy):
            look = {"offsets": xy, "sizes": np.array([POINT]), "linewidths": np.array([EDGE])}
            look |= {"facecolors": "none", "edgecolors": COLORS[name]}
            markers[f"columns_{name}"] = _marker(f"columns_{name}", "Points", ("data", "display"), look)
    return markers


def _walls(selected, cell_px, scale):
    """Segments (m, 2, 2), (x, y), along the walls that stand."""
    paths, closed = stored_walls(selected)
    stands = selected.get("wall_stands", np.ones(len(paths), bool))
    found = [np.empty((0, 2, 2))]
    for path, ring, standing in zip(paths, closed, stands, strict=True):
        xy = whole_path(path, ring)[:, ::-1] * cell_px * scale.px_far
        if standing:
            found.append(np.stack([xy[:-1], xy[1:]], axis=1))
    return np.concatenate(found)


def write_hspy(path, title, image, columns, selections, cell_px, pixel_size_pm):
    """Write an image with markers.

    Parameters
    ----------
    path : path, ending in .hspy
    title : str
    image : (y, x) float32
    columns : dict with yx (column, 2) px and sublattice (column,)
    selections : dict of pipeline name to the arrays (dict) of selected.zarr, whose walls are drawn
    cell_px : float
    pixel_size_pm : float or None
    """
    from rsciio.hspy import file_writer

    scale = Scale.of(pixel_size_pm)
    markers = _columns(columns, scale)
    for pipeline, selected in selections.items():
        segments = _walls(selected, cell_px, scale)
        if len(segments):
            look = {"segments": segments, "linewidths": np.array([LINE]), "colors": COLORS["wall"]}
            markers[f"walls_{pipeline}"] = _marker(f"walls_{pipeline}", "Lines", ("display", "data"), look)
    axes = [axis(name, size, scale.px_far, scale.far) for name, size in zip("yx", image.shape, strict=True)]
    file_writer(path, signal(title, image, axes, Markers=markers), show_progressbar=False)
