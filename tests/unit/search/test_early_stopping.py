"""Early stopping: what is far behind in every reward is given up, and what is better in one of them goes on."""

import numpy as np
import pytest

from ferrotune.search.early_stopping import LEAST_TRIALS, EarlierFront

OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
RECORDS = [{"rewards": {"curvature": 10.0 * i, "length": 3.0 * i}} for i in range(11)]  # all on the front
RECORDS += [{"rewards": {"curvature": np.nan, "length": np.nan}}]


@pytest.mark.parametrize(
    ("curvature", "length", "given_up"),
    [
        (50.0, 15.0, False),  # as good as one
        (50.0, 9.0, False),  # dominated by two tenths in one reward only
        (60.0, 12.0, False),  # dominated, by a tenth in both
        (80.0, 12.0, True),  # dominated, by two tenths in both
        (0.0, 0.0, False),  # the end of the front
        (np.nan, 3.0, False),  # no wall stands yet
    ],
)
def test_only_what_is_dominated_with_the_margin_is_given_up(curvature, length, given_up):
    front = EarlierFront.of(RECORDS, OBJECTIVES, margin=0.15)
    assert front.dominates({"curvature": curvature, "length": length}) == given_up


def test_units_do_not_matter():
    scaled = [{"rewards": {name: 1e4 * value + 7 for name, value in r["rewards"].items()}} for r in RECORDS]
    for margin in (0.05, 0.3):
        one, other = (EarlierFront.of(records, OBJECTIVES, margin) for records in (RECORDS, scaled))
        rewards = {"curvature": 70.0, "length": 10.0}
        assert one.dominates(rewards) == other.dominates({name: 1e4 * value + 7 for name, value in rewards.items()})


def test_a_few_trials_give_nothing_up():
    assert EarlierFront.of(RECORDS[: LEAST_TRIALS - 1], OBJECTIVES) is None
    assert EarlierFront.of([], OBJECTIVES) is None


@pytest.mark.parametrize(("epochs", "looks"), [(30, {6, 10}), (15, {3, 5}), (2, {1}), (1, {1})])
def test_trials_are_looked_at_after_a_fifth_and_a_third_of_their_epochs(epochs, looks):
    assert EarlierFront.of(RECORDS, OBJECTIVES).looks(epochs) == looks
