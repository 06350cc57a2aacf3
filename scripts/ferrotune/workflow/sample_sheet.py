"""The sample sheet: a table with one row for each image, checked against its schema."""

import math
from collections import Counter
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.workflow.config import schema_problems

MISSING = ""
NO_HEADING = "(a cell without a heading)"  # the key of such cells: the schema refuses it
NUMBERS = ("sm_percent", "pixel_size_pm", "lattice")  # columns that hold numbers; the last one may hold a name


def read_sheet(path, schema):
    """Read the sample sheet.

    Parameters
    ----------
    path : path of a tab-separated table with one row for each image
    schema : dict, JSON schema of a row

    Returns
    -------
    rows : dict of image name -> dict of its cells, None for an empty cell; only rows without a problem
    problems : list of str, one line each

    Raises
    ------
    InputError
        Where the file does not exist, is not a table, or has no usable row.
    """
    rows, problems = {}, []
    table = _read_table(path)
    seen = Counter(row.get("image") for row in table.values())
    for line, row in table.items():
        wrong = list(schema_problems(row, schema))
        if row.get("image") is not None and seen[row["image"]] > 1:
            wrong.append(f"image {row['image']!r} occurs {seen[row['image']]} times; give each image its own name")
        problems += [f"sample sheet {path}, line {line}: {problem}" for problem in wrong]
        if not wrong:
            rows[row["image"]] = {key: row.get(key) for key in schema["properties"]}
    if not rows:
        raise InputError(
            problems[0] if problems else f"sample sheet {path}: it has no image; write one row for each image"
        )
    return rows, problems


def _read_table(path):
    """Rows (dict) of the table by line number; lines that start with # are comments."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = {n: line for n, line in enumerate(file, start=1) if line.strip() and not line.startswith("#")}
    except FileNotFoundError:
        raise InputError(f"sample sheet {path}: no such file; correct the config's key images") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"sample sheet {path}: not a tab-separated table ({error})") from None
    cells = {n: [cell.strip() for cell in line.split("\t")] for n, line in lines.items()}
    header = cells.pop(min(cells)) if cells else []
    if len(header) == 1 and cells:
        raise InputError(f"sample sheet {path}: its header has one column, {header[0]!r}: separate the columns by tabs")
    if not header or len(set(header)) < len(header):
        what = f"its header names {max(header, key=header.count)!r} twice" if header else "it is empty"
        raise InputError(f"sample sheet {path}: not a tab-separated table of images: {what}")
    return {n: _row(header, row) for n, row in cells.items()}


def _row(header, cells):
    """A row (dict) with the header's names; missing cells are empty, and cells beyond the header have no heading."""
    padded = cells + [MISSING] * (len(header) - len(cells))
    row = {key: _cell(key, value) for key, value in zip(header, padded, strict=False)}
    return row | ({NO_HEADING: cells[len(header) :]} if any(cells[len(header) :]) else {})


def _cell(key, value):
    """Value of a cell: None where empty, a number in columns of numbers; the schema refuses other text there."""
    if value == MISSING:
        return None
    if key in NUMBERS:
        try:
            return float(value) if math.isfinite(float(value)) else value
        except ValueError:
            return value
    return value


def is_remote(path):
    """Whether a path of the sample sheet is a DOI or an address, so that the file is downloaded first."""
    return str(path).startswith(("doi:", "http://", "https://"))


def file_name(path):
    """Name of the file at the end of a DOI or address, without the entry after `#`."""
    return path.partition("#")[0].rstrip("/").rpartition("/")[2]


def local_files(path, results):
    """Where a file of the sample sheet lies on this machine.

    Parameters
    ----------
    path : str or None, as in the sample sheet, with or without an entry named after `#`
    results : str, folder of the results, which holds the downloads

    Returns
    -------
    list of str, one path; empty where there is no path or no such file
    """
    if path and is_remote(path):
        return [f"{results}/downloads/{file_name(path)}"]
    local = (path or "").partition("#")[0]
    return [local] if local and Path(local).is_file() else []


def remote_files(rows):
    """Addresses (dict of file name -> address without `#`) of all remote files in the rows of the sample sheet."""
    paths = [row[key] for row in rows.values() for key in ("path", "reference") if is_remote(row[key])]
    return {file_name(path): path.partition("#")[0] for path in paths}
