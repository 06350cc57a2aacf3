"""Columns found by rewards, through Snakemake: searched before they are found, drawn, and used by what follows."""

import numpy as np

from ferrotune.files.stores import read_store


def test_columns_found_by_rewards_are_searched_first_and_drawn(new_case):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n", columns={"finder": "log_rewards", "trials": 25})
    process = case.run("--until", "cells", "column_search_figure")
    assert process.returncode == 0, process.stdout[-4000:]
    searched, attributes = read_store(case.results("stripes", "column_search.zarr"))
    columns, of_columns = read_store(case.results("stripes", "columns.zarr"))
    cells, _ = read_store(case.results("stripes", "cells.zarr"))
    assert len(searched["rewards"]) == 25 and searched["on_front"][attributes["knee"]]
    assert of_columns["finder"] == "log_rewards" and np.array_equal(columns["yx"], searched["yx"])
    assert np.isfinite(cells["polarization"]).all(axis=1).mean() > 0.8
    assert case.results("stripes", "figures", "column_search.png").stat().st_size > 10_000


def test_the_default_finder_searches_nothing(new_case):
    process = new_case(rows="stripes\t0\tsimulated\t\t\t\n").run("-n")
    assert process.returncode == 0 and "column_search" not in process.stdout
