"""Memory and time that jobs ask of a cluster."""

import csv
from pathlib import Path

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
    memory = [found.mem_mb(of_image(), attempt, 1, "columns") for attempt in (1, 2, 3)]
    assert memory[1:] == [2 * memory[0], 4 * memory[0]] and memory[0] % 100 == 0
    times = [found.runtime(of_image(), attempt, "columns") for attempt in (1, 2, 3)]
    assert times[1:] == [2 * times[0], 4 * times[0]]


def test_a_job_of_the_series_works_on_all_images(monkeypatch):
    few, many = (needs(monkeypatch, 20, images=count).runtime({}, 1, "summary") for count in (1, 5))
    assert many > few


def test_a_choice_needs_what_the_largest_of_its_members_needs():
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    members = {name: {k: v for k, v in pipelines[name].items() if k != "search"} for name in ("patch_gmm", "cell_gmm")}
    assert stack_mb_per_megapixel({"choice": members}) == stack_mb_per_megapixel(members["patch_gmm"]) == 25
    assert stack_mb_per_megapixel(members["cell_gmm"]) == 0


def test_what_is_asked_for_holds_what_was_measured(monkeypatch):
    """Never less memory or time than a finished job took, and not many times the memory."""
    with open(MEASURED) as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = {
        size: needs(monkeypatch, float(size[0]), images=int(size[1]))
        for size in {(row["megapixels"], row["images"]) for row in rows}
    }
    wrong = []
    for row in rows:
        rule, of, mb = row["rule"], row["of"], float(row["mb"])
        wildcards = of_image() if row["images"] == "1" else {}
        if of:
            wildcards["descriptor" if rule == "describe" else "pipeline"] = of
        asks = found[row["megapixels"], row["images"]]
        asked = asks.mem_mb(wildcards, 1, int(row["threads"]), rule)
        if not mb < asked < max(5 * mb, 1200) or float(row["cpu_seconds"]) > 60 * asks.runtime(wildcards, 1, rule):
            wrong.append((rule, of, row["megapixels"], mb, asked))
    assert len(rows) > 60 and wrong == []
