"""A search over several pipelines: each setting has the parameters of its own pipeline, and only these."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.pipelines.space import Space
from ferrotune.pipelines.space_union import SpaceUnion
from ferrotune.search import proposals

ONE = Space.from_config({"w1": {"low": 1, "high": 12, "step": 1}, "rank": [4, 2, 6, 8, 16, None]})
OTHER = Space.from_config({"window": {"low": 1, "high": 6, "step": 1}, "rank": [2, 3, 4], "fixed": ["always"]})
UNION = SpaceUnion({"patches": ONE, "fft": OTHER})
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}


def test_settings_are_those_of_each_member():
    assert UNION.size == 72 + 18
    settings = list(UNION)
    assert len(settings) == 90 and len({str(s) for s in settings}) == 90
    assert settings[0] == {"pipeline": "patches", "w1": 1, "rank": 4}
    assert settings[72] == {"pipeline": "fft", "window": 1, "rank": 2, "fixed": "always"}


@given(number=st.integers(0, 89))
def test_a_setting_is_found_by_its_number_and_by_its_indices(number):
    setting = UNION.setting(number)
    assert UNION.index(setting) == number
    indices = UNION.encode(setting)
    assert UNION.decode(indices) == setting
    assert sum(i >= 0 for i in indices) == len(setting)


def test_what_is_not_in_the_space_is_refused():
    with pytest.raises(IndexError):
        UNION.setting(90)
    with pytest.raises(InputError, match="not one of"):
        UNION.encode({"pipeline": "nmf", "w1": 1})
    with pytest.raises(InputError):
        UNION.encode({"pipeline": "fft", "w1": 1, "rank": 4})


def record(setting):
    """The FFT's windows of 5 and rank 3 are best by far; of patches none is good."""
    good = setting["pipeline"] == "fft"
    off = abs(setting["window"] - 5) + abs(setting["rank"] - 3) if good else 9
    return {"setting": setting, "status": "ok", "rewards": {"curvature": 0.1 * off, "length": 20.0 - off}}


def searched(seed, trials=20, batch=4, startup=8):
    records = []
    for number in range(trials // batch):
        proposed = proposals.suggest(UNION, records, OBJECTIVES, batch, number, seed, startup)
        records += [record(setting) for setting in proposed]
    return [r["setting"] for r in records]


def test_a_search_goes_to_the_better_pipeline():
    shares, found = [], []
    for seed in range(6):
        settings = searched(seed)
        assert len({UNION.index(s) for s in settings}) == 20
        start, guided = ([s["pipeline"] == "fft" for s in part] for part in (settings[:8], settings[8:]))
        shares.append(np.mean(guided))
        assert 0 < sum(start) < 8  # the start looks at both
        found.append({"pipeline": "fft", "window": 5, "rank": 3, "fixed": "always"} in settings)
    assert np.mean(shares) > 0.4  # chance: 0.2
    assert np.mean(found) > 0.6  # chance: 0.22


def test_settings_in_order_of_their_numbers():
    assert [s["pipeline"] for s in proposals.exhaustive(UNION, 70, 4)] == ["patches", "patches", "fft", "fft"]


def test_same_records_same_proposals():
    assert searched(3) == searched(3)
