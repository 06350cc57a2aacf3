"""Tables that people write by hand or export: text in any dialect, or a workbook, as rows of cells."""

import codecs
import csv
import re
import shutil
from dataclasses import dataclass

from ferrotune.errors import InputError
from ferrotune.files.workbooks import EMPTY, MOST_BYTES, read_workbook

NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "spaces", "": "the cells of a workbook"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEP_LINE = re.compile(r'"?sep=(.)[";, ]*', re.IGNORECASE)  # Excel begins some files with its separator
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_NO_TEXT = re.compile("[^\\t\\n\\f\\r\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)  # 20,800: groups of thousands, or three decimals


@dataclass(frozen=True)
class Table:
    """A table as its file holds it.

    Attributes
    ----------
    header : list of str, names of the columns
    rows : dict of line number (from 1, in the file) -> list of str, one for each cell; may be shorter than the header
    separator : str, what is between the cells of a line: a tab, `;`, `,`, a space; empty in a workbook
    encoding : str, of the text; empty for a workbook
    """

    header: list
    rows: dict
    separator: str
    encoding: str

    def count(self, line):
        """Text on the cells of a line that has more or fewer of them than the header."""
        cells, names = len(self.rows[line]), len(self.header)
        hint = "" if self.separator in ("\t", "") else f"; put a cell that holds {NAMES[self.separator]} in quotes"
        if self.separator == ",":
            hint += "; if its numbers have decimal commas, separate the columns by semicolons"
        return f"it has {cells} cells, but the header {names}{hint}"


def _two_ways(text):
    """Words on a number (str) with one mark, which may be that of the decimals or of the thousands."""
    whole, _, part = text.replace(",", ".").partition(".")
    return f"{text!r} may be {float(f'{whole}.{part}'):g} or {whole}{part}"


def decimal_mark(texts):
    """Find whether the numbers of a table have decimal points or decimal commas.

    Parameters
    ----------
    texts : list of str, the cells that hold numbers; cells that are none are left to `number`

    Returns
    -------
    str, "." or ","

    Raises
    ------
    InputError
        Where both occur, or numbers seem to have thousands separators, or each comma could be either.

    Examples
    --------
    >>> decimal_mark(["20,8", "7", "0,25"]), decimal_mark(["20.8", "7"])
    (',', '.')
    """
    commas, points = ([text for text in texts if mark in text] for mark in ",.")
    if not commas:
        # with three decimals each number would have them, and with thousands only those from 1000 on have a point
        if points and len(points) < len(texts) and all(map(_GROUPS.fullmatch, points)):
            raise InputError(f"{_two_ways(points[0])}; write all numbers with as many decimals")
        return "."
    grouped = [text for text in commas if text.count(",") > 1 or "." in text]
    if grouped:
        raise InputError(f"{grouped[0]!r} seems to have thousands separators; write numbers without them")
    if points:
        raise InputError(f"{commas[0]!r} has a decimal comma, {points[0]!r} a decimal point; write all in one way")
    if all(_GROUPS.fullmatch(text) for text in commas):
        raise InputError(f"{_two_ways(commas[0])}; write decimal points")
    return ","


def number(text, mark=None):
    """Read a number.

    Parameters
    ----------
    text : str, a cell
    mark : str, the decimal mark; None to tell it from this cell alone

    Returns
    -------
    float

    Raises
    ------
    InputError
        Where the cell holds no number, infinity, or a number that can be read in two ways.

    Examples
    --------
    >>> number("15,6"), number("1.5e3")
    (15.6, 1500.0)
    """
    text = text.replace("\N{MINUS SIGN}", "-")
    mark = decimal_mark([text]) if mark is None else mark
    plain = text.replace(",", ".") if mark == "," and "." not in text else text
    if not _NUMBER.fullmatch(plain):
        raise InputError(f"{text!r} is not a number" if text else "is empty; give a number")
    value = float(plain)
    if abs(value) == float("inf"):
        raise InputError(f"{text!r} is too large for a number")
    return value


def _decoded(data):
    """Text of a file's bytes, and its encoding; InputError where the bytes are no text."""
    guesses = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    if not guesses:  # of Latin text in UTF-16, every other byte is zero
        parts = {"utf-16-be": data[::2], "utf-16-le": data[1::2]}
        guesses = [encoding for encoding, part in parts.items() if 2 * part.count(0) > len(part)]
    for encoding in guesses or ["utf-8", "cp1252"]:  # cp1252: what Excel writes in western Europe
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise InputError("not a table: its bytes are no text; save it as text (UTF-8) or as xlsx")


def _cells(line, separator):
    """Cells (list of str) of a line; quotes around a cell are taken off."""
    if separator == " ":
        line = re.sub(r"\s+", " ", line.strip())
    found = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True))
    return [cell.strip() for cell in found]


def _separator(header, allowed, needed):
    """Separator of the header's line: that with which it has most of the names that are needed."""
    split = {}
    for separator in allowed:
        try:
            split[separator] = _cells(header, separator)
        except csv.Error:  # a quote ends beside another separator
            continue
    found = {separator: len(set(cells) & set(needed)) for separator, cells in split.items()}
    ranks = {separator: (found[separator], 0 if found[separator] else len(split[separator])) for separator in split}
    best = max(ranks, key=ranks.get, default=None)  # of equals the first
    if best is None or len(split[best]) < 2:
        wanted = ", ".join(NAMES[s] for s in allowed if s != " ")
        raise InputError(f"its header has one column, {header.strip()!r}: separate the columns by one of {wanted}")
    return best


def _lines(text, comments_within):
    """Lines (dict of number -> text) that are neither empty nor comments."""
    lines = {n: line for n, line in enumerate(text.split("\n"), start=1)}
    if comments_within:
        lines = {n: line.partition("#")[0] for n, line in lines.items()}
    return {n: line for n, line in lines.items() if line.strip(" \t;,") and not line.lstrip(' "').startswith("#")}


def _from_text(data, allowed, needed, comments_within):
    text, encoding = _decoded(data)
    lines = _lines(text, comments_within)
    first = _SEP_LINE.fullmatch(lines[min(lines)]) if lines else None
    if first:
        del lines[min(lines)]
        allowed = [first[1]] if first[1] in allowed else allowed
    if not lines:
        raise InputError(EMPTY)
    separator = _separator(lines[min(lines)], allowed, needed)
    rows = {}
    for n, line in lines.items():
        try:
            rows[n] = _cells(line, separator)
        except csv.Error:
            raise InputError(f"line {n}: a quote is opened and not closed; correct it") from None
    return rows, separator, encoding


def read_table(path, needed, separators="\t;,", comments_within=False):
    """Read a table, whatever its separator, quotes and encoding, or a workbook (xlsx).

    Lines that start with `#` are comments. The first other line names the columns.

    Parameters
    ----------
    path : path
    needed : collection of str, names of columns by which the separator and the sheet of a workbook are known
    separators : str, those that are possible; a space stands for any blanks
    comments_within : bool, whether a comment may also follow the cells of a line

    Returns
    -------
    Table

    Raises
    ------
    InputError
        In one line without the file's name, where it is no table.
    OSError
        Where the file cannot be opened.
    """
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"it has more than {MOST_BYTES / 1e6:.0f} MB; give a table of the rows that are needed")
    if data.startswith(_OLD_WORKBOOK):
        raise InputError("not a table: it is an old or locked workbook; save it as xlsx or csv")
    if data.startswith(_WORKBOOK):
        rows, separator, encoding = read_workbook(data, needed), "", ""
    else:
        rows, separator, encoding = _from_text(data, separators, needed, comments_within)
    header = rows.pop(min(rows))
    while header and not header[-1]:
        header.pop()
    for cells in rows.values():
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        raise InputError(f"its header names {max(named, key=named.count)!r} twice; give each column its own name")
    return Table(header, rows, separator, encoding)


def copy_with_tabs(path, output, needed):
    """Copy a table: as it is where it is separated by tabs in UTF-8, else its header and rows written so.

    Parameters
    ----------
    path, needed : as in `read_table`
    output : path of the copy
    """
    table = read_table(path, needed)
    if table.separator == "\t" and table.encoding.startswith("utf-8"):
        shutil.copyfile(path, output)
        return
    with open(output, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([table.header, *table.rows.values()])


def write_with_tabs(rows, output):
    """Write rows (list of dict with the same keys) to a path as a table separated by tabs; None is an empty cell."""
    with open(output, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
