"""How far a series is: complete stores only, and what is expected of the rest."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import yaml
from rich.console import Console

from ferrotune.errors import InputError
from ferrotune.files.rounds import round_arrays
from ferrotune.files.stores import write_store
from ferrotune.workflow.config_files import keep_config
from ferrotune.workflow.progress import complete_rounds, latest_series, series_progress, time_left
from ferrotune.workflow.watch import watch
from helpers.written_outcomes import written_outcome

CONFIG = Path(__file__).parents[3] / "config"
KEYS = ("boundary_evidence", "label_evidence")
START = 1_700_000_000  # s since the epoch


@pytest.fixture
def series(tmp_path, monkeypatch):
    """A series of two images, 4 trials of cell_gmm in rounds of 2, of which nothing is done."""
    monkeypatch.chdir(tmp_path)
    Path("images.tsv").write_text("image\tpath\none\tsimulated\ntwo\tsimulated\n")
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    config |= {"series": "s", "images": "images.tsv", "search": config["search"] | {"trials": 4}}
    config["pipelines"] = {"cell_gmm": config["pipelines"]["cell_gmm"] | {"search": {"batch": 2}}}
    keep_config(config, "results/s")
    os.utime("results/s/config.yaml", (START, START))
    return Path("results/s")


def write_round(series, image, number, rewards, ended, seconds=None):
    """The store of a round of two trials, complete where `seconds` is given; it ended `ended` s after the start."""
    folder = series / image / "cell_gmm"
    store = folder / "rounds" / f"{number:03d}.zarr"
    trials = [2 * number, 2 * number + 1]
    outcomes = [
        written_outcome(trial, np.zeros(5, np.int8), rewards=dict(zip(KEYS, of, strict=True)))
        for trial, of in zip(trials, rewards, strict=True)
    ]
    write_store(store, *round_arrays(outcomes))
    proposed = [{"trial": trial, "setting": {}} for trial in trials]
    store.with_suffix(".json").write_text(json.dumps({"round": number, "trials": proposed}))
    if seconds is not None:
        (folder / "benchmarks").mkdir(exist_ok=True)
        (folder / "benchmarks" / f"evaluate.{number:03d}.tsv").write_text(f"s\th:m:s\n{seconds}\t0\n")
        (store / ".snakemake_timestamp").touch()
        os.utime(store / ".snakemake_timestamp", (START + ended, START + ended))


def test_only_complete_rounds_count_and_only_up_to_the_first_that_is_missing(series):
    write_round(series, "one", 0, [(0.1, 0.9), (0.5, 0.5)], 20, 10.0)
    write_round(series, "one", 1, [(0.9, 0.1), (0.9, 0.9)], 0)  # being written
    one, two = series_progress(series)
    assert (one.image, one.pipeline, one.rounds, one.trials, one.ok) == ("one", "cell_gmm", (1, 2), (2, 4), 2)
    assert len(one.hypervolumes) == 1 and one.now == "search"
    assert (two.rounds, two.trials, two.hypervolumes, two.now) == ((0, 2), (0, 4), [], "image")
    write_round(series, "two", 1, [(0.9, 0.1), (0.9, 0.9)], 30, 10.0)
    assert complete_rounds(series / "two" / "cell_gmm") == []


def test_the_hypervolume_grows_and_a_better_front_is_a_larger_share(series):
    write_round(series, "one", 0, [(0.1, 0.9), (0.5, 0.5)], 20, 10.0)
    write_round(series, "one", 1, [(0.9, 0.1), (0.9, 0.9)], 40, 10.0)
    first, second = series_progress(series)[0].hypervolumes
    assert 0 < first < second <= 1


def test_time_left_is_at_the_rate_so_far(series):
    assert np.isnan(time_left(series_progress(series), series, START + 10))  # nothing is known yet
    write_round(series, "one", 0, [(0.1, 0.9), (0.5, 0.5)], 20, 10.0)
    found = series_progress(series)
    assert [one.left for one in found] == [10.0, 20.0]  # a round of 10 s in any image
    assert time_left(found, series, START + 20) == pytest.approx(30)  # one after another so far
    write_round(series, "two", 0, [(0.1, 0.9), (0.5, 0.5)], 20, 10.0)
    assert time_left(series_progress(series), series, START + 20) == pytest.approx(10)  # two at a time


def test_the_table_names_images_rounds_trials_and_hypervolume(series, capsys):
    write_round(series, "one", 0, [(0.1, 0.9), (0.5, 0.5)], 20, 10.0)
    watch(series, once=True, console=Console(width=120))
    title, _, one, two = capsys.readouterr().out.splitlines()
    assert title.startswith("results/s: 0 of 2 searches done; time left: about ")
    assert one.split()[:4] == ["one", "cell_gmm", "1/2", "2/4"] and one.split()[-1] == "search"
    assert two.split()[:4] == ["two", "cell_gmm", "0/2", "0/4"]


def test_the_series_that_ran_last_is_found_and_one_that_never_ran_is_a_clear_line(series):
    assert latest_series() == Path("results/s")
    keep_config({"series": "s.so_far"}, "results/s.so_far")
    assert latest_series() == Path("results/s")
    with pytest.raises(InputError, match=r"results/none/config.yaml: no such file"):
        series_progress("results/none")
    with pytest.raises(InputError, match="no series has begun here"):
        latest_series("elsewhere")
