"""Tables of columns, unit cells and labels, with units in the names of their columns."""

import numpy as np
import pandas as pd

from ferrotune.exports.scale import Scale

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # at the beginning of a cell, to a spreadsheet
SUBLATTICES = {0: "A", 1: "B", -1: "neither"}


def _vectors(name, values, unit, px=1.0):
    """Columns (dict) of the y and x of vectors (n, 2) px."""
    return {f"{name}_{axis}_{unit}": px * of for axis, of in zip("yx", values.T, strict=True)}


def _positions(yx, scale):
    """Columns (dict) of positions (n, 2) px."""
    return {f"{axis}_{scale.far}": scale.px_far * of for axis, of in zip("yx", yx.T, strict=True)}


def columns_table(columns, pixel_size_pm):
    """Table of the atomic columns of a store (dict of arrays): a row for each column."""
    scale = Scale.of(pixel_size_pm)
    return pd.DataFrame(
        {
            **_positions(columns["yx"], scale),
            **_vectors("error", columns["sigma_yx"], scale.near, scale.px_near),
            "sublattice": [SUBLATTICES[int(number)] for number in columns["sublattice"]],
            "amplitude": columns["amplitude"],
            f"width_{scale.near}": scale.px_near * columns["width"],
            "background": columns["background"],
            "significance": columns["significance"],
        }
    )


def _with_error(cells, name, unit, factor=1.0):
    """Columns (dict) of a quantity of the cells and its standard error; NaN where the store has none."""
    unit = f"_{unit}" if unit else ""
    error = cells.get(f"{name}_sigma", np.full(len(cells["yx"]), np.nan))
    return {f"{name}{unit}": factor * cells[name], f"{name}_error{unit}": factor * error}


def cells_table(cells, pixel_size_pm):
    """Table of the unit cells of a store (dict of arrays): polarization and strain with errors, a row for each cell.

    `c_over_a` is the longer edge over the shorter one; `b_over_a` keeps the axes of the lattice.
    """
    scale = Scale.of(pixel_size_pm)
    unknown = np.full(cells["polarization"].shape, np.nan)
    table = {
        "index_a": cells["ab"][:, 0],
        "index_b": cells["ab"][:, 1],
        **_positions(cells["yx"], scale),
        **_vectors("p", cells["polarization"], scale.near, scale.px_near),
        f"p_{scale.near}": scale.px_near * np.hypot(*cells["polarization"].T),
        **_vectors("p_error", cells.get("polarization_sigma", unknown), scale.near, scale.px_near),
        **_with_error(cells, "a", scale.near, scale.px_near),
        **_with_error(cells, "b", scale.near, scale.px_near),
        **_with_error(cells, "alpha", "deg"),
        f"area_{scale.far}2": scale.px_far**2 * cells["volume"],
    }
    if "strain" in cells:
        table |= _with_error(cells, "b_over_a", "")
        table["c_over_a"] = np.maximum(cells["b_over_a"], 1 / cells["b_over_a"])
        table |= _with_error(cells, "rotation", "deg")
        table |= dict(zip(("strain_a", "strain_b", "strain_shear"), cells["strain"].T, strict=True))
    return pd.DataFrame(table)


def labels_table(selected, domain, pixel_size_pm):
    """Table of the sites of a selected segmentation: a row for each site.

    Parameters
    ----------
    selected : dict with yx (site, 2) px, label and confidence (site,)
    domain : (site,) int, from `ferrotune.domains.domain_table.domains_of`
    pixel_size_pm : float or None
    """
    scale = Scale.of(pixel_size_pm)
    return pd.DataFrame(
        {
            **_positions(selected["yx"], scale),
            "variant": selected["label"],
            "domain": domain,
            "confidence": selected["confidence"],
        }
    )


def sites_table(selected, mechanism, domain, scores, step_pm):
    """Table of the sites of a grid of spectra: a row for each site.

    Parameters
    ----------
    selected : dict with yx (site, 2) points of the grid, label and confidence (site,)
    mechanism : (site,) int, as mechanisms.tsv numbers them, -1 where undecided
    domain : (site,) int, from `ferrotune.domains.domain_table.domains_of`
    scores : (site, component) float
    step_pm : float or None, distance of neighbouring points
    """
    scale, at = Scale.of(step_pm), np.rint(selected["yx"]).astype(int)
    table = {"row": at[:, 0], "column": at[:, 1]}
    table |= _positions(selected["yx"], scale) if step_pm is not None else {}
    table |= {"mechanism": mechanism, "domain": domain, "confidence": selected["confidence"]}
    return pd.DataFrame(table | {f"component_{n + 1}": of for n, of in enumerate(scores.T)})


def _no_formula(cell):
    """A cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_csv(table, path):
    """Write a table (DataFrame) as CSV in UTF-8: decimal points, empty where a value is unknown, ten digits.

    Texts that begin with one of `FORMULA` are quoted by an apostrophe: a spreadsheet shows and does not execute them.
    """
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    table = table.assign(**{name: table[name].map(_no_formula) for name in texts})
    table.to_csv(path, index=False, na_rep="", float_format="%.10g", lineterminator="\n")
