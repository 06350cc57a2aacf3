"""The table of walls: what lies on both sides, width and jump, direction, type, and bound charge."""

import numpy as np
import pandas as pd

from ferrotune.domains.directions import indices_of, nearest_direction, plane_indices_of
from ferrotune.domains.domain_table import in_both_units, owner_of_cells
from ferrotune.domains.mean_polarization import mean_polarization
from ferrotune.domains.wall_courses import beside_walls
from ferrotune.domains.wall_parts import parts_of
from ferrotune.domains.wall_types import IN_PROJECTION, UNDETERMINED, charge_of, projected_angle, type_of
from ferrotune.files.rounds import stored_walls

# Our choices, in unit cells: the sides of a wall are taken from beyond half its width, and near it. Over this band, the
# polarization of a wall of 4 cells is 95 % of that far away; beyond the whole width, small domains have no cell left.
INNER = (1.0, 3.0)  # least and largest distance at which the band begins
BAND = 4.0
COLUMNS = (
    *("wall", "part", "first_point", "points", "stands", "closed", "variant_1", "variant_2"),
    *("length_cells", "length_nm"),
    *("width_cells", "width_error_cells", "width_nm", "width_error_nm", "jump", "significance"),
    *("p_1_y_px", "p_1_x_px", "p_2_y_px", "p_2_x_px", "p_jump_px", "p_jump_pm", "p_jump_error_px", "p_jump_error_pm"),
    *("p_angle_deg", "p_angle_error_deg", "type", "type_3d"),
    *("direction_deg", "direction_error_deg", "straightness", "trace_u", "trace_v", "normal_h", "normal_k"),
    *("nearest_trace", "off_nearest_deg", "charge", "charge_error", "charge_local", "charged"),
)


class _Sides:
    """Which unit cells lie on which side of which part of a wall."""

    def __init__(self, courses, widths, labels, sites, cells):
        self.cells = cells
        self.inner = np.clip(np.nan_to_num(widths) / 2, *INNER)
        self.of_cell, self.beside = np.zeros(0, int), (np.zeros(0, int), np.zeros(0))
        if len(cells):
            self.of_cell = owner_of_cells(cells.yx, sites.yx / sites.cell_px, labels, sites.grid.step)
            self.beside = beside_walls(courses, cells.yx)

    def polarization(self, number, variants):
        """Mean polarization (MeanVector) of two variants, before and beyond the part of this number."""
        part, distance = self.beside
        inner, found = self.inner[number], []
        for sign, variant in zip((-1, 1), variants, strict=True):
            near = (part == number) & (sign * distance > inner) & (sign * distance < inner + BAND)
            near &= (self.of_cell == variant) & (variant >= 0)  # -1: cells on walls, too
            found.append(mean_polarization(self.cells, np.flatnonzero(near)))
        return found


def _lengths(course, stored, wall, scale):
    """Columns (dict) of the part's length, and of the width of its wall; `scale`: cell (px), pixel size (pm)."""
    cell_nm = scale[0] * (scale[1] or np.nan) / 1000
    width, error = (float(stored[name][wall]) for name in ("wall_width", "wall_width_error"))
    return {
        "length_cells": course.length,
        "length_nm": course.length * cell_nm,
        "width_cells": width,
        "width_error_cells": error,
        "width_nm": width * cell_nm,
        "width_error_nm": error * cell_nm,
        "jump": float(stored["wall_jump"][wall]),
        "significance": float(stored["wall_significance"][wall]),
    }


def _steps(one, other, is_known_projection, pixel_size_pm):
    """Columns (dict) of the step of the polarization: its length, its angle, and the type that follows."""
    step, (angle, error) = one.value - other.value, projected_angle(one, other)
    length, kind = np.hypot(*step), type_of(angle, error)
    along = step / length if length > 0 else np.zeros(2)
    of_step = np.hypot(one.error_along(along), other.error_along(along))
    known = "" if not is_known_projection or np.isnan(angle) else UNDETERMINED
    return {
        **{f"p_{n}_{axis}_px": v for n, of in ((1, one), (2, other)) for axis, v in zip("yx", of.value, strict=True)},
        **in_both_units("p_jump", length, pixel_size_pm),
        **in_both_units("p_jump_error", of_step, pixel_size_pm),
        "p_angle_deg": angle,
        "p_angle_error_deg": error,
        "type": UNDETERMINED if kind is None else f"{kind} degrees",
        "type_3d": known if kind is None or not is_known_projection else IN_PROJECTION[kind],
    }


def _directions(course, lattice):
    """Columns (dict) of the wall's mean direction; empty for a wall that has none."""
    found = {"straightness": course.straightness}
    if course.direction is None:
        return found
    trace, normal = course.direction, np.array([course.direction[1], -course.direction[0]])
    normal = normal if normal @ course.mean_normal > 0 else -normal
    (u, v), (h, k) = indices_of(trace, lattice), plane_indices_of(normal, lattice)
    nearest, off = nearest_direction(trace, lattice)
    return found | {
        "direction_deg": course.direction_deg,
        "direction_error_deg": course.direction_error_deg,
        "trace_u": u,
        "trace_v": v,
        "normal_h": h,
        "normal_k": k,
        "nearest_trace": nearest,
        "off_nearest_deg": off,
    }


def wall_table(selected, labels, sites, cells, pixel_size_pm, is_known_projection=True):
    """Table of the walls of a segmentation.

    Parameters
    ----------
    selected : dict
        Arrays of selected.zarr: path_points, point_wall and what begins with wall_.
    labels : (site,) int, negative where undecided
    sites : ferrotune.sites.sites.Sites with its lattice
    cells : ferrotune.domains.mean_polarization.MeasuredCells
    pixel_size_pm : float or None
    is_known_projection : bool
        Whether the image shows a perovskite along [100], where the angle in projection says what the wall may be.

    Returns
    -------
    pandas.DataFrame
        A row for each wall of the store, or several where it passes a junction and other variants lie beside it;
        docs/results.md describes the columns.
    """
    paths, closed = stored_walls(selected)
    if not paths:
        return pd.DataFrame(columns=list(COLUMNS))
    stored = _with_verdicts(selected, len(paths))
    parts, site_yx = [], sites.yx / sites.cell_px
    for wall, (path, ring) in enumerate(zip(paths, closed, strict=True)):
        cut = parts_of(path, ring, site_yx, labels)
        parts += [(wall, part, *of_part) for part, of_part in enumerate(cut)]
    wall_of = [part[0] for part in parts]
    sides = _Sides([part[3] for part in parts], stored["wall_width"][wall_of], labels, sites, cells)
    scale, rows = (sites.cell_px, pixel_size_pm), []
    for number, (wall, part, first, course, variants) in enumerate(parts):
        one, other = sides.polarization(number, variants)
        if variants[1] >= 0 and not 0 <= variants[0] <= variants[1]:
            # the normal points from the smaller variant to the larger, or from the one that is known
            course, variants, one, other = course.reversed(), variants[::-1], other, one
        row = {"wall": wall, "part": part, "first_point": first, "points": len(course.points)}
        row |= {"stands": bool(stored["wall_stands"][wall]), "closed": course.closed}
        row |= {"variant_1": variants[0], "variant_2": variants[1], **_lengths(course, stored, wall, scale)}
        row |= _steps(one, other, is_known_projection, pixel_size_pm) | _directions(course, sites.lattice)
        charge = charge_of(one, other, course)
        row |= {"charge": charge.mean, "charge_error": charge.error, "charge_local": charge.local}
        rows.append(row | {"charged": charge.name})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _with_verdicts(selected, count):
    """The arrays with the verdicts of walls; in stores of earlier versions, which have none, all stand."""
    unknown = {f"wall_{name}": np.full(count, np.nan) for name in ("width", "width_error", "jump", "significance")}
    return {"wall_stands": np.ones(count, bool)} | unknown | selected
