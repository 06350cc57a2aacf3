"""The sample sheet: a row an image, checked against its schema."""

import math
from collections import Counter
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.workflow.config import schema_problems

MISSING = ""
NO_HEADING = "(a cell without a heading)"  # no key of a row: the schema refuses it
NUMBERS = ("sm_percent", "pixel_size_pm")  # columns of the sheet


def read_sheet(path, schema):
    """Read the sheet of images.

    Parameters
    ----------
    path : path of a tab-separated table, a row an image
    schema : dict, JSON schema of a row

    Returns
    -------
    rows : dict of image name -> dict of its cells, None where empty; rows without a problem only
    problems : list of str, one line each

    Raises
    ------
    InputError
        If there is no sheet, it is not a table, or none of its rows can be used.
    """
    rows, problems = {}, []
    table = _read_table(path)
    seen = Counter(row.get("image") for row in table.values())
    for line, row in table.items():
        wrong = list(schema_problems(row, schema))
        if row.get("image") is not None and seen[row["image"]] > 1:
            wrong.append(f"image {row['image']!r} stands there {seen[row['image']]} times; names must differ")
        problems += [f"sheet {path}, line {line}: {problem}" for problem in wrong]
        if not wrong:
            rows[row["image"]] = {key: row.get(key) for key in schema["properties"]}
    if not rows:
        raise InputError(problems[0] if problems else f"sheet {path}: no image in it")
    return rows, problems


def _read_table(path):
    """Rows (dict) of the sheet by line number; lines that start with # are comments."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = {n: line for n, line in enumerate(file, start=1) if line.strip() and not line.startswith("#")}
    except FileNotFoundError:
        raise InputError(f"sheet {path}: no such file; name yours in the config's key images") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"sheet {path}: not a tab-separated table ({error})") from None
    cells = {n: [cell.strip() for cell in line.split("\t")] for n, line in lines.items()}
    header = cells.pop(min(cells)) if cells else []
    if len(header) == 1 and cells:
        raise InputError(f"sheet {path}: its header has one column, {header[0]!r}: separate the columns by tabs")
    if not header or len(set(header)) < len(header):
        what = f"its header names {max(header, key=header.count)!r} twice" if header else "it is empty"
        raise InputError(f"sheet {path}: not a tab-separated table of images: {what}")
    return {n: _row(header, row) for n, row in cells.items()}


def _row(header, cells):
    """A row (dict) by the header's names: missing cells are empty, and those beyond have no heading."""
    padded = cells + [MISSING] * (len(header) - len(cells))
    row = {key: _cell(key, value) for key, value in zip(header, padded, strict=False)}
    return row | ({NO_HEADING: cells[len(header) :]} if any(cells[len(header) :]) else {})


def _cell(key, value):
    """None where empty, a number where the column is of numbers; other text there the schema refuses."""
    if value == MISSING:
        return None
    if key in NUMBERS:
        try:
            return float(value) if math.isfinite(float(value)) else value
        except ValueError:
            return value
    return value


def is_remote(path):
    """Whether a path of the sheet is a DOI or an address, to be downloaded first."""
    return str(path).startswith(("doi:", "http://", "https://"))


def file_name(path):
    """Name of the file that a DOI or address ends in, without the entry named after `#`."""
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
    """Address (without `#`) of every file that the sheet's rows (dict) name remotely, by file name."""
    paths = [row[key] for row in rows.values() for key in ("path", "reference") if is_remote(row[key])]
    return {file_name(path): path.partition("#")[0] for path in paths}
