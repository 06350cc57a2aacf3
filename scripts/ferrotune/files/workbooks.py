"""Workbooks (xlsx) as tables: the text of their cells, and limits to what a small file may unpack to."""

import io
import re
import zipfile

from ferrotune.errors import InputError

EMPTY = "it is empty; its first line names the columns"
MOST_BYTES = 100_000_000  # of a table, and of what a workbook unpacks to: some million rows
MOST_CELLS = 3_000_000  # of a sheet, empty ones too


def _shown(cell):
    """Text of a workbook's cell, as a table of text would hold it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return f"error {value}"  # not #REF!, which would begin a comment
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return re.sub(r"\s*[\r\n\t]\s*", " ", str(value)).removesuffix(" 00:00:00").strip()  # a date has no hour
    if "%" in (cell.number_format or ""):
        return f"{round(100 * value, 9):.12g}%"
    return str(int(value)) if value == int(value) else repr(value)


def read_workbook(data, needed):
    """Read the sheet of a workbook that holds a table.

    Parameters
    ----------
    data : bytes of an xlsx file
    needed : collection of str, names of columns by which the sheet is known where several are filled

    Returns
    -------
    dict of line number (from 1) -> list of str, the first the names of the columns

    Raises
    ------
    InputError
        Where it is no workbook, is empty, has several such sheets, or would unpack to more than MOST_BYTES or
        MOST_CELLS.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MOST_BYTES:
            raise InputError(f"it unpacks to {unpacked / 1e6:.0f} MB; save the rows that are needed as csv")
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever it meets in a file that is damaged or none of its own
        raise InputError(f"not a workbook that can be read ({type(error).__name__}); save it as xlsx or csv") from None
    filled = {}
    for sheet in (sheet for sheet in book.worksheets if sheet.sheet_state == "visible"):
        if sheet.max_row * sheet.max_column > MOST_CELLS:  # one cell far below the others is enough
            reach = f"row {sheet.max_row} and column {sheet.max_column}"
            raise InputError(f"its sheet {sheet.title!r} reaches to {reach}; remove the cells far from the table")
        rows = {n: [_shown(cell) for cell in row] for n, row in enumerate(sheet.iter_rows(), start=1)}
        rows = {n: cells for n, cells in rows.items() if any(cells) and not cells[0].startswith("#")}
        if rows:
            filled[sheet.title] = rows
    if not filled:
        raise InputError(EMPTY)
    fitting = {title: rows for title, rows in filled.items() if set(needed) <= set(rows[min(rows)])}
    if len(fitting) > 1:
        raise InputError(f"its sheets {', '.join(fitting)} all have the columns {', '.join(needed)}; leave one")
    return next(iter((fitting or filled).values()))
