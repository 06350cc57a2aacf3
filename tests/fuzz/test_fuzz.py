"""A sample of `make fuzz`, always the same inputs; and configs and sheets that hypothesis makes up."""

import contextlib
import string
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.exports.tables import FORMULA, write_csv
from ferrotune.files.masks import exclusion_mask
from ferrotune.workflow.config import check_config
from ferrotune.workflow.sample_sheet import read_sheet
from fuzz.campaign import run
from fuzz.targets import SCHEMAS

ROOT = Path(__file__).parents[2]
SAMPLE = 3_000  # inputs: what some 30 s allow; `make fuzz` gives 100,000
EXAMPLES = settings(max_examples=150, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@cache
def _schema(name):
    return yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text())


@cache
def _default():
    return (ROOT / "config" / "config.yaml").read_text()


def test_no_mutated_input_ends_in_anything_but_a_result_or_one_line(tmp_path):
    found, taken = run(0, SAMPLE, 1, tmp_path)
    assert found == []
    assert SAMPLE / 10 < taken < SAMPLE  # neither all refused at the door, nor harmless


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


def _places(config, place=()):
    """Places (tuple of keys) of a config's values, sections too."""
    for key, value in config.items():
        yield (*place, key)
        if isinstance(value, dict):
            yield from _places(value, (*place, key))


@EXAMPLES
@given(st.data())
def test_any_value_at_any_place_of_the_config_is_taken_or_one_line(data):
    config = yaml.load(_default(), Loader=yaml.CSafeLoader)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(sorted(_places(config), key=str)))
        section = config
        for key in place[:-1]:
            section = section[key]
        section[place[-1]] = data.draw(_values)
    try:
        check_config(config | {"objectives": config.get("objectives") or {"curvature": "minimise"}}, _schema("config"))
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 4000


_cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "simulated",
        "15,6",
        "10%",
        "../../x",
        "/etc/passwd",
        "=1+1",
        "$HOME",
        "~",
        "box 1 1 2 2",
        "395x400",
        "nan",
        "1e999",
    ]
)


@EXAMPLES
@given(rows=st.lists(st.lists(_cells, min_size=1, max_size=9), min_size=1, max_size=4))
def test_any_cells_of_a_sheet_are_taken_or_named_and_an_image_s_folder_stays_inside(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("sheet", numbered=True) / "sheet.tsv"
    header = list(_schema("images")["properties"])
    text = "\n".join("\t".join(row) for row in [header, *rows])
    path.write_text(text, encoding="utf-8", newline="")
    try:
        images, _ = read_sheet(path, _schema("images"))
    except InputError:
        return
    for image in images:
        assert set(image) <= {*string.ascii_letters, *string.digits, *"_.-"} and image[0].isalnum()


@EXAMPLES
@given(st.text(max_size=40) | st.from_regex(r"(box|polygon)( -?[0-9.e]{1,6}){3,7}", fullmatch=True))
def test_any_mask_is_drawn_or_refused(text):
    with contextlib.suppress(InputError):
        assert exclusion_mask(text, (40, 40)).shape == (40, 40)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "plain", "a=b"])
def test_a_cell_that_a_spreadsheet_would_execute_is_quoted(tmp_path, text):
    write_csv(pd.DataFrame({"name": [text], "y": [-1.5]}), tmp_path / "table.csv")
    found = pd.read_csv(tmp_path / "table.csv")
    assert found["name"][0] == (f"'{text}" if text.startswith(FORMULA) else text)
    assert found["y"][0] == -1.5  # numbers stay numbers
