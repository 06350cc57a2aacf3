"""Tables of any dialect are read as they were meant, or refused in one line."""

import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.files.tables import decimal_mark, number, read_table

NEEDED = ("image", "path")
CELLS = [["film a", "x.tif", "15,6"], ["b", 'd;e,f "g".tif', ""]]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def quoted(cells, separator):
    return separator.join('"' + cell.replace('"', '""') + '"' for cell in cells)


@pytest.mark.parametrize("separator", "\t;,")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_quotes_encodings_and_line_ends(tmp_path, separator, encoding, ending):
    lines = ["# ours", separator.join(("image", "path", "size")), "", *(quoted(row, separator) for row in CELLS)]
    table = read_table(write(tmp_path / "t", ending.join(lines), encoding), NEEDED)
    assert table.header == ["image", "path", "size"] and table.rows == {4: CELLS[0], 5: CELLS[1]}
    assert table.separator == separator


def test_empty_cells_that_excel_adds_and_its_line_on_the_separator(tmp_path):
    table = read_table(write(tmp_path / "t", 'sep=;\nimage;path;;\n"# a; b";;;\na;x.tif;;\n;;;\nb;;7;\n'), NEEDED)
    assert table.header == ["image", "path"] and table.rows == {4: ["a", "x.tif"], 6: ["b", "", "7"]}
    assert table.count(6) == "it has 3 cells, but the header 2; put a cell that holds semicolons in quotes"


def test_blanks_separate_and_comments_may_follow_where_the_caller_says_so(tmp_path):
    path = write(tmp_path / "t", "y  x\n1   2 # by hand\n")
    assert read_table(path, ("y", "x"), "\t, ", comments_within=True).rows == {2: ["1", "2"]}
    with pytest.raises(InputError, match="its header has one column, 'y  x': separate the columns by one of tabs, sem"):
        read_table(path, ("y", "x"))


def test_a_quote_inside_a_cell_is_a_character(tmp_path):
    assert read_table(write(tmp_path / "t", 'image\tpath\na\tfilm "b".tif\n'), NEEDED).rows[2][1] == 'film "b".tif'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("# nothing\n ;;\n", "it is empty"),
        ("image;path;image\n", "names 'image' twice"),
        ('image;path\na;"x.tif\nb;y.tif\n', "line 2: a quote is opened and not closed"),
        ("image\0path", "its bytes are no text"),
        ("PK\x03\x04 broken", "not a workbook that can be read"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path, text, says):
    with pytest.raises(InputError, match=says) as error:
        read_table(write(tmp_path / "t", text), NEEDED)
    assert "\n" not in str(error.value)


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book, path


def test_a_workbook_is_read_as_it_is_shown(tmp_path):
    rows = [["# ours"], [], ["image", "path", "x"], [13, "~/a.tif", 0.1], ["b", None, 15.6]]
    rows += [["c", datetime.datetime(2024, 6, 15), True]]
    book, path = workbook(tmp_path / "t.tsv", notes=[["read", "me"]], films=rows)  # the content tells, not the name
    book["films"]["C4"].number_format = "0.00%"
    book.save(path)
    table = read_table(path, NEEDED)
    assert table.header == ["image", "path", "x"]
    assert table.rows == {4: ["13", "~/a.tif", "10%"], 5: ["b", "", "15.6"], 6: ["c", "2024-06-15", "True"]}


def test_of_two_sheets_that_fit_none_is_guessed(tmp_path):
    book, path = workbook(tmp_path / "t.xlsx", old=[["image", "path"], ["a", "b"]], new=[["path", "image"], ["b", "a"]])
    book.save(path)
    with pytest.raises(InputError, match="its sheets old, new all have the columns image, path; leave one"):
        read_table(path, NEEDED)
    book["old"].sheet_state = "hidden"
    book.save(path)
    assert read_table(path, NEEDED).header == ["path", "image"]


def test_an_old_workbook_is_refused(tmp_path):
    (tmp_path / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(InputError, match="an old or locked workbook; save it as xlsx or csv"):
        read_table(tmp_path / "t.xls", NEEDED)


@given(values=st.lists(st.floats(-1e5, 1e5), min_size=1), mark=st.sampled_from(".,"))
def test_numbers_are_read_with_the_mark_that_they_were_written_with(values, mark):
    texts = [f"{value:.2f}".replace(".", mark) for value in values]
    assert decimal_mark(texts) == mark
    assert [number(text, mark) for text in texts] == [float(f"{value:.2f}") for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [("15,6", 15.6), ("15.6", 15.6), ("-0,250", -0.25), ("1.5e3", 1500), ("\u22123", -3), (".5", 0.5)],
)
def test_single_numbers(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    ["15,600", "1,234,567", "1.234,5", "1,234.5", "1.234.567", "1 234", "1_000", "0x1A", "nan", "inf", "", "1e999"],
)
def test_single_numbers_that_could_be_two_or_are_none(text):
    with pytest.raises(InputError):
        number(text)
