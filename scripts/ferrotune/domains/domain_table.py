"""The table of domains: connected regions of one variant, with their area and mean polarization."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from ferrotune.domains.directions import nearest_direction, seen_angle
from ferrotune.domains.mean_polarization import mean_polarization

AROUND = 0.75  # cells; the sites about a unit cell, as in `ferrotune.cells.unit_cells`
NEIGHBOURS = 4  # A columns about a unit cell
VECTOR = ("p_y", "p_x", "p_y_error", "p_x_error", "p", "p_error")
COLUMNS = (
    *("domain", "variant", "sites", "area_cells", "area_nm2", "middle_y_px", "middle_x_px", "p_cells"),
    *(f"{name}_{unit}" for name in VECTOR for unit in ("px", "pm")),
    *("direction_deg", "direction_error_deg", "direction_axes"),
)


def domains_of(grid, labels):
    """Number the domains of a segmentation: connected sites of one variant, the largest first.

    Parameters
    ----------
    grid : ferrotune.sites.site_grid.SiteGrid
    labels : (site,) int, negative where undecided

    Returns
    -------
    domain : (site,) int, -1 for a site without a label
    variant : (domain,) int, label of each domain
    """
    at_points, of_domain = grid.domains(labels)
    found = grid.at_sites(at_points)
    # a point that two sites share carries the label of one of them
    found = np.where((found >= 0) & (np.append(of_domain, -1)[found] == labels), found, -1)
    names, count = np.unique(found[found >= 0], return_counts=True)
    order = names[np.argsort(-count, kind="stable")]
    number = np.full(len(of_domain) + 1, -1)
    number[order] = np.arange(len(order))
    return number[found], of_domain[order]


def owner_of_cells(yx, site_yx, owner, spacing=1.0):
    """Number that all sites about a unit cell have in common: its domain, or its variant.

    Parameters
    ----------
    yx : (cell, 2) float, unit cells
    site_yx : (site, 2) float, unit cells
    owner : (site,) int
    spacing : float, unit cells between neighbouring sites

    Returns
    -------
    (cell,) int
        -1 for a cell without a site, or with different ones: on a wall.
    """
    reach = AROUND * max(spacing, 1.0)
    distance, site = cKDTree(site_yx).query(yx, k=NEIGHBOURS, distance_upper_bound=reach)
    near = np.isfinite(distance)
    around = np.append(owner, -1)[np.where(near, site, len(owner))]
    same = (around == around[:, :1]) | ~near
    return np.where(near[:, 0] & same.all(axis=1), around[:, 0], -1)


def in_both_units(name, value, pixel_size_pm):
    """A length in px and in pm (NaN where the pixel size is unknown), as columns (dict) name_px and name_pm."""
    return {f"{name}_px": value, f"{name}_pm": value * (pixel_size_pm or np.nan)}


def _polarization_columns(mean, lattice, pixel_size_pm):
    """Columns (dict) of a MeanVector."""
    found, values = {}, (*mean.value, *np.sqrt(np.diag(mean.covariance)), mean.length, mean.length_error)
    for name, value in zip(VECTOR, values, strict=True):
        found |= in_both_units(name, value, pixel_size_pm)
    seen = mean.is_seen
    return found | {
        "direction_deg": seen_angle(mean.value) if seen else np.nan,
        "direction_error_deg": mean.angle_error if seen else np.nan,
        "direction_axes": nearest_direction(mean.value, lattice, opposite=True)[0] if seen else "",
    }


def domain_table(domain, variant, sites, cells, pixel_size_pm):
    """Table of the domains of a segmentation.

    Parameters
    ----------
    domain, variant : (site,) int and (domain,) int, from `domains_of`
    sites : ferrotune.sites.sites.Sites with its lattice
    cells : ferrotune.domains.mean_polarization.MeasuredCells
    pixel_size_pm : float or None

    Returns
    -------
    pandas.DataFrame
        A row for each domain, the largest first; docs/results.md describes the columns.
    """
    cell_nm2 = (sites.cell_px * (pixel_size_pm or np.nan) / 1000) ** 2
    inside = sites.raster[sites.raster >= 0]
    area = np.bincount(inside, minlength=len(sites)) / len(inside) * sites.area
    site_yx = sites.yx / sites.cell_px
    of_cell = owner_of_cells(cells.yx, site_yx, domain, sites.grid.step)
    rows = []
    for number, of_variant in enumerate(variant.tolist()):
        own = np.flatnonzero(domain == number)
        middle = own[np.hypot(*(sites.yx[own] - sites.yx[own].mean(axis=0)).T).argmin()]
        cells_of = np.flatnonzero(of_cell == number)
        rows.append(
            {
                "domain": number,
                "variant": of_variant,
                "sites": len(own),
                "area_cells": area[own].sum(),
                "area_nm2": area[own].sum() * cell_nm2,
                "middle_y_px": sites.yx[middle, 0],
                "middle_x_px": sites.yx[middle, 1],
                "p_cells": len(cells_of),
                **_polarization_columns(mean_polarization(cells, cells_of), sites.lattice, pixel_size_pm),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
