"""The search space: its values, numbering and errors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.pipelines.space import Space

MIXED = {
    "window": {"low": 0.5, "high": 1.25, "step": 0.25},
    "clusters": {"low": 2, "high": 4, "step": 1},
    "covariance": ["full", "tied", None],
    "whiten": [True, False],
}


def test_values_of_choices_and_ranges():
    space = Space.from_config(MIXED)
    assert space.names == ("window", "clusters", "covariance", "whiten")
    assert space.values("window") == (0.5, 0.75, 1.0, 1.25)
    assert space.values("clusters") == (2, 3, 4)
    assert space.values("covariance") == ("full", "tied", None)
    assert [space.ordered(name) for name in space.names] == [True, True, False, False]
    assert space.size == 4 * 3 * 3 * 2


def test_whole_numbers_stay_whole_and_decimals_print_as_written():
    assert json.dumps(Space.from_config({"k": {"low": 1, "high": 3, "step": 1}}).values("k")) == "[1, 2, 3]"
    tenths = Space.from_config({"w": {"low": 1, "high": 1.3, "step": 0.1}}).values("w")
    assert json.dumps(tenths) == "[1.0, 1.1, 1.2, 1.3]"
    small = Space.from_config({"w": {"low": 1e-6, "high": 3e-6, "step": 1e-6}}).values("w")
    assert small == (1e-6, 2e-6, 3e-6)


def test_range_of_one_value():
    assert Space.from_config({"k": {"low": 3, "high": 3, "step": 1}}).values("k") == (3,)


def test_settings_are_all_distinct_and_numbered_in_a_fixed_order():
    space = Space.from_config(MIXED)
    settings = list(space)
    assert len({json.dumps(setting) for setting in settings}) == space.size
    assert settings[0] == {"window": 0.5, "clusters": 2, "covariance": "full", "whiten": True}
    assert settings[1] == {"window": 0.5, "clusters": 2, "covariance": "full", "whiten": False}
    assert settings[-1] == {"window": 1.25, "clusters": 4, "covariance": None, "whiten": False}
    assert [space.index(setting) for setting in settings] == list(range(space.size))
    with pytest.raises(IndexError):
        space.setting(space.size)


@given(st.integers(0, 71))
def test_encode_and_decode_are_inverse_through_json(index):
    space = Space.from_config(MIXED)
    setting = json.loads(json.dumps(space.setting(index), sort_keys=True))
    assert space.decode(space.encode(setting)) == space.setting(index)
    assert space.index(setting) == index


def test_numbering_does_not_overflow():
    space = Space.from_config({f"p{i}": {"low": 0, "high": 99, "step": 1} for i in range(12)})
    assert space.size == 100**12
    assert space.index(space.setting(space.size - 7)) == space.size - 7


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ([], "empty"),
        ([1, 2, 1], "equals an earlier value"),
        ([0, False], "equals an earlier value"),
        ([[1, 2]], "not a finite number"),
        ([float("nan")], "not a finite number"),
        (3, r"write \[3\]"),
        ({"low": 1, "high": 2, "step": 0}, "step is 0"),
        ({"low": 1, "high": 2, "step": -1}, "step is -1"),
        ({"low": 2, "high": 1, "step": 1}, "below low"),
        ({"low": 1, "high": 2, "step": 0.3}, "set high to 1.9"),
        ({"low": 1, "high": 2}, "step must be"),
        ({"low": 1, "high": "2", "step": 1}, "high must be"),
        ({"low": 1, "high": 2, "step": 1, "log": True}, "unknown key 'log'"),
    ],
)
def test_errors_name_the_key(entry, says):
    with pytest.raises(InputError, match=says) as error:
        Space.from_config({"window": entry}, where="pipelines.patch_gmm.space")
    assert str(error.value).startswith("pipelines.patch_gmm.space.window: ")
    assert "\n" not in str(error.value)


def test_a_space_without_parameters_is_an_error():
    with pytest.raises(InputError, match="no parameters"):
        Space.from_config({})


def test_settings_of_another_space_are_refused():
    space = Space.from_config(MIXED)
    with pytest.raises(InputError, match="window=7"):
        space.encode({"window": 7, "clusters": 2, "covariance": "full", "whiten": True})
    with pytest.raises(InputError, match="its parameters are not"):
        space.encode({"window": 0.5})
