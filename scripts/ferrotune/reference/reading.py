"""Reading of references: the truth of a simulation, a published record, a table of labels, or the polarization."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from scipy.spatial import cKDTree

from ferrotune.cells.polarization_variants import polarization_variants
from ferrotune.errors import InputError
from ferrotune.files.sm_bfo_record import read_reference, read_truth
from ferrotune.files.tables import decimal_mark, number, read_table

OFFSET_LIMIT = 0.25  # cells; a record may count from 1, or its crop be a pixel off. By chance 0.2 are so near a cell
COLUMNS = ("y_px", "x_px", "label")  # of a table of labels
MOST = np.iinfo(np.int16).max  # labels are stored in 16 bits
FARTHEST = 1e7  # px: no image is so wide
PUBLISHED = "published polarization"  # kind of a reference that is a record
MATCHED = 0.5  # of the reference's positions inside the image, the share that must be at a cell or column


@dataclass(frozen=True)
class Reference:
    """Positions and labels that segmentations are compared with.

    yx (cell, 2) px; label (cell,) int, -1 = unknown; polarization (cell, 2), NaN = unknown; offset (2,); px.
    """

    yx: np.ndarray
    label: np.ndarray
    polarization: np.ndarray
    kind: str
    offset: np.ndarray


def align(yx, targets, cell_px, name="the reference"):
    """Rigid offset of reference positions from the image.

    Parameters
    ----------
    yx : (n, 2) px, positions of the reference
    targets : (m, 2) px, the image's cell centres or columns
    cell_px : float
    name : str, for the error

    Returns
    -------
    offset : (2,) px, reference minus image, the median over matched positions

    Raises
    ------
    InputError
        If fewer than half of the positions inside the image have a target within a quarter of a cell: the
        reference belongs to another image.
    """
    inside = ((yx >= targets.min(axis=0) - cell_px) & (yx <= targets.max(axis=0) + cell_px)).all(axis=1)
    distance, index = cKDTree(targets).query(yx, distance_upper_bound=OFFSET_LIMIT * cell_px)
    found = np.isfinite(distance) & inside
    if not found.any() or found.sum() < MATCHED * inside.sum():
        raise InputError(
            f"{name} does not match the image: of its {len(yx)} positions {inside.sum()} lie inside it, and "
            f"{found.sum()} at a cell or column; check that it is of this image, in (row, column) px"
        )
    return np.median(yx[found] - targets[index[found]], axis=0)


def _align_with_either(yx, cells_yx, columns_yx, cell_px, name):
    """Offset (2,) px from the cell centres or from the columns: the one after which the positions are nearer.

    Both at once would be wrong: B columns are beside the centres of their cells, and would attract some positions.
    """
    fits = []
    for targets in (cells_yx, columns_yx):
        try:
            offset = align(yx, targets, cell_px, name)
        except InputError as error:
            problem = error
            continue
        fits.append((np.median(cKDTree(targets).query(yx - offset)[0]), tuple(offset)))
    if not fits:
        raise problem
    return np.array(min(fits)[1])


def read_label_table(path):
    """Positions (n, 2) px and labels (n,) int of a table; InputError where it could be read in two ways."""
    try:
        table = read_table(path, COLUMNS, separators="\t;, ", comments_within=True)
        missing = set(COLUMNS) - set(table.header)
        if missing or not table.rows:
            what = f"missing: {', '.join(sorted(missing))}" if missing else "it has no rows"
            raise InputError(f"a table needs columns {', '.join(COLUMNS)} and rows; {what}")
        for line, cells in table.rows.items():
            if len(cells) != len(table.header):
                raise InputError(f"line {line}: {table.count(line)}")
        places = [table.header.index(name) for name in COLUMNS]
        texts = {n: [cells[i] if i < len(cells) else "" for i in places] for n, cells in table.rows.items()}
        mark = decimal_mark([text for cells in texts.values() for text in cells[:2]])  # labels have none
        numbers = np.array([_numbers(line, cells, mark) for line, cells in texts.items()])
    except FileNotFoundError:
        raise InputError(f"reference {path}: no such file; correct the sheet") from None
    except (InputError, OSError) as error:
        raise InputError(f"reference {path}: {error}") from None
    return numbers[:, :2], numbers[:, 2].astype(int)


def _numbers(line, cells, mark):
    """Numbers (list of float) of a line's cells in the order of COLUMNS; the label is a whole number."""
    found = []
    for name, text in zip(COLUMNS, cells, strict=True):
        try:
            found.append(number(text, mark))
            if name == "label" and (found[-1] % 1 or abs(found[-1]) > MOST):
                raise InputError(f"{text!r} is not a whole number up to {MOST}")
        except InputError as error:
            wanted = "positions are numbers in px and labels whole numbers, -1 for unknown"
            raise InputError(f"line {line}: {name} {error}; {wanted}") from None
    return found


def _check_finite(cells, path):
    """Refuse positions (cell, 2) px that are none, and vectors of the polarization that no image can hold."""
    with np.errstate(invalid="ignore"):
        far = np.abs(cells["yx"]) < FARTHEST
        long = np.abs(cells.get("polarization", np.empty(0))) > FARTHEST
    if not far.all() or long.any():
        what = "positions" if not far.all() else "vectors of the polarization"
        raise InputError(f"reference {path} has {what} that are no numbers of pixels; export it again")


def _is_truth(path):
    try:
        with h5py.File(path) as file:
            return "cells/domain" in file
    except Exception:  # of damaged files h5py raises OSError, RuntimeError or KeyError
        return False  # the reader of records reports what is wrong


def read_reference_cells(path, cells, columns_yx, cell_px, row_component, seed, rows=None):
    """Read the reference of an image, and align it with the image.

    Parameters
    ----------
    path : path, or None to use the polarization of the image's own cells
        A simulation's truth or the record's UCParameterization (.h5), or a table y_px, x_px, label (.csv, .tsv, .txt,
        .xlsx).
    cells : dict with yx (cell, 2) and polarization (cell, 2), px, of the image
    columns_yx : (column, 2) px
    cell_px : float
    row_component : {"first", "second"}, of the record's Pxy
    seed : int
    rows : ferrotune.images.moved_rows.RowMap, optional
        By which the distortion of the scan was taken off the image: the file's positions are those of the image before.

    Returns
    -------
    Reference

    Raises
    ------
    InputError
        If the file cannot be read or does not match the image.
    """
    if path is None:
        label = polarization_variants(cells["polarization"], cells["yx"], cell_px, seed=seed)
        return Reference(cells["yx"], label, cells["polarization"], "polarization of the image's cells", np.zeros(2))
    if Path(path).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx"):
        yx, label = read_label_table(path)
        polarization, kind = np.full_like(yx, np.nan), "table of labels"
    elif _is_truth(path):
        truth = read_truth(path)["cells"]
        _check_finite(truth, path)
        yx, label, polarization = truth["yx"], truth["domain"], truth["polarization"]
        kind = "truth of the simulation"
    else:
        record = read_reference(path, row_component)
        _check_finite(record, path)
        if "polarization" not in record:
            raise InputError(f"reference {path} has no Pxy, so no domains can be read from it; give another file")
        yx, polarization, kind = record["yx"], record["polarization"], PUBLISHED
        label = polarization_variants(polarization, yx, cell_px, seed=seed)
    if rows is not None:
        yx, polarization = rows.positions(yx), polarization @ rows.matrix
    if kind == "table of labels":
        offset = _align_with_either(yx, cells["yx"], columns_yx, cell_px, f"reference {path}")
    else:
        offset = align(yx, cells["yx"], cell_px, f"reference {path}")
    return Reference(yx - offset, label, polarization, kind, offset)
