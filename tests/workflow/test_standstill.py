"""A search that ends where its front stands still: no more rounds than needed, said to the user, and gone on with."""

import json

import pandas as pd
import pytest

from helpers.case import Case

ROWS = "stripes\t0\tsimulated\t\t\t\n"
SEARCH = {"trials": "auto", "batch": 4, "startup": 4, "seed": 4}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    case = Case(tmp_path_factory.mktemp("auto") / "case", rows=ROWS, search=SEARCH, judge={"twins": False})
    process = case.run()
    assert process.returncode == 0, process.stdout[-4000:]
    return case, process.stdout


def test_the_search_ends_after_the_round_that_says_so(ended):
    case, said = ended
    folder = case.results("stripes", "patch_gmm")
    rounds = sorted(path.stem for path in (folder / "rounds").glob("*.zarr"))
    verdicts = [json.loads(p.read_text()) for p in sorted((folder / "rounds").glob("*.standstill.json"))]
    assert [verdict["ended"] for verdict in verdicts] == [False] * (len(verdicts) - 1) + [True]
    assert [verdict["trials"] for verdict in verdicts] == list(range(12, 4 * len(rounds) + 1, 4))
    trials, summary = (pd.read_csv(p, sep="\t") for p in (folder / "trials.tsv", case.results("summary.tsv")))
    assert len(trials) == 4 * len(rounds) < 32
    assert summary.loc[0, ["trials", "search_end"]].tolist() == [len(trials), "standstill"]
    assert f"the search ended after {len(trials)} trials: its front stood still" in said
    assert "patch_gmm (at most 32 trials)" in said
    assert "the search ends" in (folder / "logs" / f"standstill.{rounds[-1]}.log").read_text()


def test_nothing_is_left_to_do(ended):
    case, _ = ended
    assert "Nothing to be done" in case.run("-n").stdout
