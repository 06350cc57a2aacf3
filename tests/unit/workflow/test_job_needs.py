"""Memory and time that jobs ask of a cluster."""

import csv
from pathlib import Path

import pytest
import yaml

from ferrotune.workflow.case import read_case
from ferrotune.workflow.job_needs import JobNeeds, stack_mb_per_megapixel

ROOT = Path(__file__).parents[3]
MEASURED = ROOT / "tests" / "benchmarks" / "cluster_times.tsv"


def needs(monkeypatch, megapixels=1.0, images=1, **changes):
    """JobNeeds of the default case with images of one size."""
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text()) | changes
    config["simulation"]["default"]["shape"] = [1000, round(1000 * megapixels)]
    case = read_case(config, ROOT / "config" / "schemas")
    kept = dict(list(case.images.items())[:images])
    case.images.clear()
    case.images.update(kept)
    return JobNeeds(case, "results/none")


def of_image(**more):
    return {"image": "Sm_0", **more}


def test_a_larger_image_and_a_larger_window_need_more(monkeypatch):
    wildcards = of_image(descriptor="patches")
    small, large = (needs(monkeypatch, size).mem_mb(wildcards, 1, 1, "describe") for size in (1, 20))
    assert large > 4 * small
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    pipelines["patch_gmm"]["space"] |= {"w1": [5.0], "w2": [5.0]}
    assert needs(monkeypatch, 20, pipelines=pipelines).mem_mb(wildcards, 1, 1, "describe") > 1.5 * large


def test_trials_side_by_side_need_memory_each_and_the_time_of_all(monkeypatch):
    wildcards = of_image(pipeline="patch_gmm", round="000")
    found = needs(monkeypatch, 20)
    one, eight = (found.mem_mb(wildcards, 1, threads, "evaluate") for threads in (1, 8))
    assert 4 * one < eight < 8 * one
    longer = needs(monkeypatch, 20, search={"mode": "tpe", "trials": 100, "batch": 50, "startup": 20, "seed": 1})
    assert longer.runtime(wildcards, 1, "evaluate") > 2 * found.runtime(wildcards, 1, "evaluate")


def test_every_further_attempt_gets_twice_as_much(monkeypatch):
    found = needs(monkeypatch)
    assert [found.mem_mb(of_image(), attempt, 1, "columns") for attempt in (1, 2, 3)] == [700, 1400, 2800]
    times = [found.runtime(of_image(), attempt, "columns") for attempt in (1, 2, 3)]
    assert times[1:] == [2 * times[0], 4 * times[0]]


def test_a_job_of_the_series_works_on_all_images(monkeypatch):
    few, many = (needs(monkeypatch, images=count).runtime({}, 1, "summary") for count in (1, 5))
    assert many > few


def test_a_choice_needs_what_the_largest_of_its_members_needs():
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    members = {name: {k: v for k, v in pipelines[name].items() if k != "search"} for name in ("patch_gmm", "cell_gmm")}
    assert stack_mb_per_megapixel({"choice": members}) == stack_mb_per_megapixel(members["patch_gmm"]) == 25
    assert stack_mb_per_megapixel(members["cell_gmm"]) == 0


def measured():
    """Rows of measured jobs, by the name of their rule and what they worked on."""
    with open(MEASURED) as file:
        rows = [line for line in csv.DictReader(file, delimiter="\t")]
    return [pytest.param(row, id=f"{row['rule']}-{row['of']}-{row['megapixels']}") for row in rows]


@pytest.mark.parametrize("row", measured())
def test_what_is_asked_for_holds_what_was_measured(monkeypatch, row):
    found = needs(monkeypatch, float(row["megapixels"]), images=int(row["images"]))
    wildcards = {} if row["images"] != "1" else of_image()
    if row["of"]:
        wildcards |= {"descriptor" if row["rule"] == "describe" else "pipeline": row["of"]}
    asked = found.mem_mb(wildcards, 1, int(row["threads"]), row["rule"])
    assert float(row["mb"]) < asked < max(5 * float(row["mb"]), 1200)
    assert float(row["cpu_seconds"]) < 60 * found.runtime(wildcards, 1, row["rule"])
