"""Tables that the workflow wrote on a search, as the page shows them: few columns, with errors and units."""

import math

from ferrotune.figures.page.trials import plain
from ferrotune.figures.wording import number

OF_POLARIZATION = (5, 6, 7, 8, 11, 12)  # columns of the table of walls that need a polarization
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"


def with_error(value, error):
    """Write a number with its standard error, as many digits as the error has; without an error, 3 digits.

    Examples
    --------
    >>> with_error(12.345, 0.21), with_error(1.5, float("nan")), with_error(float("nan"), 1.0)
    ('12.35 ± 0.21', '1.5', '–')
    """
    if not (math.isfinite(value) and math.isfinite(error) and error > 0):
        return number(float(value))
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} {PLUS_MINUS} {error:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _in_unit(row, name, units):
    """Value of the first of some units in which a length is known, with its error where there is one."""
    for unit in units:
        value = float(row.get(f"{name}_{unit}", math.nan))
        if math.isfinite(value):
            return with_error(value, float(row.get(f"{name}_error_{unit}", math.nan)))
    return number(math.nan)


def _known(row, name):
    """Text of a cell; a dash where it is empty."""
    value = row.get(name)
    return value if isinstance(value, str) and value else number(math.nan)


def _normal(row):
    """Normal of a wall as text."""
    normal = [float(row[name]) for name in ("normal_h", "normal_k")]
    return (
        " ".join(f"{part:.2f}" for part in normal).replace("-0.00", "0.00")
        if all(map(math.isfinite, normal))
        else number(math.nan)
    )


def _without(columns, rows, unknown):
    """Table (dict) of columns (list of str) and rows, without the columns at some places."""
    kept = [k for k in range(len(columns)) if k not in set(unknown)]
    return {"columns": [columns[k] for k in kept], "rows": [[row[k] for k in kept] for row in rows]}


def domain_rows(table, units, numbers):
    """Rows of domains.tsv for the page.

    Parameters
    ----------
    table : DataFrame of domains.tsv
    units : (area, polarization), for example ("nm2", "pm") or ("cells", "px")
    numbers : dict of label in selected.zarr -> number of the domain in the page

    Returns
    -------
    dict of columns (list of str) and rows (list of lists)
    """
    area, p = units
    names = ["domain", "label", f"area ({area.replace('2', '²')})", "cells", f"P to the right ({p})", f"P up ({p})"]
    rows = [
        [
            str(row["domain"]),
            str(numbers[row["variant"]]),
            plain(row[f"area_{area}"]),
            plain(row["p_cells"]),
            with_error(row[f"p_x_{p}"], row[f"p_x_error_{p}"]),
            with_error(-row[f"p_y_{p}"], row[f"p_y_error_{p}"]),
            with_error(row[f"p_{p}"], row[f"p_error_{p}"]),
            with_error(row["direction_deg"], row["direction_error_deg"]),
            _known(row, "direction_axes"),
        ]
        for row in table.to_dict("records")
    ]
    names += [f"|P| ({p})", "direction (°)", "nearest axis [u v]"]
    # without a cell whose polarization is known, as in a grid of spectra, its columns would be empty
    unknown = () if table["p_cells"].any() else range(3, len(names))
    return _without(names, rows, unknown)


def wall_rows(table, units, numbers):
    """Rows of walls.tsv for the page, as `domain_rows`; `units` are (length, polarization)."""
    length, p = units
    columns = ["wall", "labels", "", f"length ({length})", f"width ({length})", f"jump of P ({p})", "angle of P (°)"]
    columns += ["type (°)", "in three dimensions", "normal (h k)", "nearest trace", "charge", "", "p on null maps"]
    rows, parts = [], table["wall"].value_counts()
    for row in table.to_dict("records"):
        rows.append(
            [
                f"{row['wall'] + 1}" + (f", part {row['part'] + 1}" if parts[row["wall"]] > 1 else ""),
                ", ".join(str(numbers.get(row[side], number(None))) for side in ("variant_1", "variant_2")),
                "gradual" if not row["stands"] else "stands" if math.isfinite(row["significance"]) else "traced",
                plain(row[f"length_{length}"]),
                _in_unit(row, "width", [length]),
                _in_unit(row, "p_jump", [p]),
                with_error(row["p_angle_deg"], row["p_angle_error_deg"]),
                _known(row | {"type": str(row["type"])}, "type"),
                _known(row, "type_3d"),
                _normal(row),
                _known(row, "nearest_trace"),
                with_error(row["charge"], row["charge_error"]),
                _known(row, "charged"),
                plain(row["significance"]),
            ]
        )
    none = bool(rows) and all(row[5] == row[6] == number(math.nan) for row in rows)  # neither a jump nor an angle
    return _without(columns, rows, OF_POLARIZATION if none else ())


def importance_rows(table):
    """Bars of importance.tsv: a list with one dict for each target (a reward, or the status), in the table's order."""
    found = []
    for target, rows in table.groupby("target", sort=False):
        bars = [
            {"parameter": row.parameter, "importance": plain(row.importance), "error": plain(row.importance_error)}
            for row in rows.sort_values("importance", ascending=False, kind="stable").itertuples()
        ]
        known = bool(rows["known"].all())
        found.append({"target": target, "known": known, "r2": plain(rows["r2"].iloc[0]), "bars": bars if known else []})
    return found


def measured_tables(tables, pixel_size_pm, numbers):
    """What the page shows of the tables (dict of name -> DataFrame: domains, walls, importance) of a search.

    `numbers` is a dict of label in selected.zarr -> number of the domain in the page.
    """
    units = (("nm2", "pm"), ("nm", "pm")) if pixel_size_pm else (("cells", "px"), ("cells", "px"))
    makers = {
        "domains": lambda t: domain_rows(t, units[0], numbers),
        "walls": lambda t: wall_rows(t, units[1], numbers),
    }
    makers["importance"] = importance_rows
    return {name: makers[name](table) for name, table in tables.items()}
