"""The sample sheet: a table with one row for each image, checked against its schema."""

import os
import re
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

from ferrotune.columns.known_cell import RIGHT, TIMES
from ferrotune.errors import NEXT_LINE, InputError
from ferrotune.files.entries import split_entry, with_entry
from ferrotune.files.tables import number, read_table
from ferrotune.workflow.config import schema_problems

NO_HEADING = "(a cell without a heading)"  # the key of such a cell: the schema refuses it
NUMBERS = {"sm_percent": "%", "pixel_size_pm": ""}  # columns that hold numbers, and the unit that may follow
PATHS = ("path", "reference", "mask")  # columns that may hold a path


def read_sheet(path, schema):
    """Read the sample sheet.

    Parameters
    ----------
    path : path of a table with one row for each image: text or xlsx, see `ferrotune.files.tables.read_table`
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
    table = _read_table(path, schema)
    parsed = {line: _row(table, line) for line in table.rows}
    seen = Counter(row.get("image") for row, _ in parsed.values())
    for line, (row, wrong) in parsed.items():
        wrong += schema_problems(row, schema)
        if row.get("image") is not None and seen[row["image"]] > 1:
            wrong.append(f"image {row['image']!r} occurs {seen[row['image']]} times; give each image its own name")
        problems += [f"sample sheet {path}, line {line}: {problem}" for problem in wrong]
        if not wrong:
            rows[row["image"]] = {key: row.get(key) for key in schema["properties"]}
    if not rows:
        raise InputError(
            NEXT_LINE.join(problems) or f"sample sheet {path}: it has no image; write one row for each image"
        )
    return rows, problems


def _read_table(path, schema):
    """Table of the sheet; lines that start with # are comments."""
    try:
        return read_table(path, schema["required"])
    except FileNotFoundError:
        raise InputError(f"sample sheet {path}: no such file; correct the config's key images") from None
    except (InputError, OSError) as error:
        raise InputError(f"sample sheet {path}: {error}") from None


def _row(table, line):
    """A row (dict) with the header's names, None where empty, and what is wrong in single cells (list of str)."""
    cells, wrong = table.rows[line], []
    found = {key or NO_HEADING: cells[i] or None if i < len(cells) else None for i, key in enumerate(table.header)}
    row = {key: cell for key, cell in found.items() if key != NO_HEADING or cell}
    if len(cells) > len(table.header):
        wrong.append(table.count(line))
    for key, unit in NUMBERS.items():
        if row.get(key) is not None:
            try:
                row[key] = number(row[key].removesuffix(unit).strip())
            except InputError as error:
                wrong.append(f"{key}: {error}")
                row[key] = None
    if row.get("lattice"):
        with suppress(InputError):  # a name, or what the schema refuses
            row["lattice"] = cell_size(row["lattice"])
    for key in PATHS:
        if row.get(key) is not None:
            try:
                row[key] = expanded(row[key])
            except InputError as error:
                wrong.append(f"{key}: {error}")
    return row, wrong


def cell_size(cell):
    """Size of a unit cell, as the sheet writes it: a number, or a list of two edges and an angle.

    Parameters
    ----------
    cell : str, such as 395, 399.4x403.6, 399.4x403.6x90

    Raises
    ------
    InputError
        If a part of it is no number.

    Examples
    --------
    >>> cell_size("395"), cell_size("399.4x403.6")
    (395.0, [399.4, 403.6, 90.0])
    """
    values = [number(part.strip()) for part in TIMES.split(cell)]
    return values[0] if len(values) == 1 else [*values, RIGHT] if len(values) == 2 else values


def expanded(path):
    """Path with `~` and variables of the environment replaced.

    An address, and a path that exists as it is written, stay.

    Parameters
    ----------
    path : str

    Returns
    -------
    str

    Raises
    ------
    InputError
        For a variable that the environment does not have.
    """
    written = any(os.path.exists(p) for p in (path, split_entry(path)[0]))
    if written or is_remote(path) or not (path.startswith("~") or "$" in path):
        return path
    found = os.path.expandvars(os.path.expanduser(path))
    unknown = re.search(r"\$(\w+|\{\w+\})", found)
    if unknown:
        raise InputError(f"{path!r}: there is no such file, and the environment has no variable {unknown[0]}")
    return found


def is_remote(path):
    """Whether a path of the sample sheet is a DOI or an address, so that the file is downloaded first."""
    return str(path).startswith(("doi:", "http://", "https://"))


def file_name(path):
    """Name under which a file of a DOI or address is kept: its end, without the entry after `#` and what follows a `?`.

    Examples
    --------
    >>> file_name("https://zenodo.org/records/4555979/files/Sm_0_0_HAADF.h5?download=1")
    'Sm_0_0_HAADF.h5'
    """
    file = split_entry(path)[0]
    whole = file if file.startswith("doi:") else urlsplit(file).path
    return re.sub(r"[^\w.+-]|^\.+", "_", whole.rstrip("/").rpartition("/")[2]) or "file"


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
    local = split_entry(path or "")[0]
    return [local] if local and os.path.isfile(local) else []


def local_path(files, path):
    """Path of a local file (of a list of one or none) with the entry that `path`, of the sample sheet, names in it.

    Where there is no such file, the path of the sample sheet, so that an error names it.
    """
    return with_entry(files[0], path or "") if files else path


def own_files(row, *keys):
    """Files (list of str) on this machine that the named cells of a row name; downloads are none."""
    return [file for key in keys if row[key] and not is_remote(row[key]) for file in local_files(row[key], "")]


def missing_cells(path, rows):
    """A line (list of str) for each cell of the usable rows that names a file which is not on this machine.

    Parameters
    ----------
    path : path of the sample sheet
    rows : dict of image name -> dict, as `read_sheet` gives them
    """
    table = read_table(path, ("image", "path"))
    place = table.header.index("image")
    line_of = {cells[place]: line for line, cells in table.rows.items() if len(cells) > place}
    found = []
    for image, row in rows.items():
        for key in PATHS:
            named = row[key] and not is_remote(row[key]) and row[key] != "simulated" and not _is_drawn(row[key])
            if named and not local_files(row[key], ""):
                where = f"sample sheet {path}, line {line_of[image]}"
                kind = "is neither boxes and polygons nor a file that exists" if key == "mask" else "does not exist"
                found.append(f"{where}: {key}: {row[key]} {kind}; correct it")
    return found


def _is_drawn(mask):
    """Whether a cell is a mask of boxes and polygons, and no path."""
    return mask.split()[0].rstrip(";") in ("box", "polygon")


def remote_files(rows):
    """Addresses (dict of file name -> address without `#`) of all remote files in the rows of the sample sheet.

    InputError where two addresses end in the same name.
    """
    paths = [row[key] for row in rows.values() for key in ("path", "reference") if is_remote(row[key])]
    found = {}
    for name, address in ((file_name(path), split_entry(path)[0]) for path in paths):
        if found.setdefault(name, address) != address:
            raise InputError(
                f"{found[name]} and {address} would both be kept as {name}; download one of them, and give its path"
            )
    return found
