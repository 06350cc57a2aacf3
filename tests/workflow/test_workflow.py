"""The workflow as a user runs it: to the end, again, further, interrupted, and on any number of cores."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr

from helpers.recorded import missed
from helpers.unexplained import unexplained

ROOT = Path(__file__).parents[2]
IMAGES = ("stripes", "diagonal")


def rounds(case, image):
    return sorted(case.results(image, "patch_gmm", "rounds").glob("*.zarr"))


def contents(case, images):
    """Everything that a search decides, as bytes: proposals, labels, rewards, statuses, walls, fronts."""
    found = {}
    for image in images:
        for path in sorted(case.results(image, "patch_gmm", "rounds").glob("*.json")):
            found[image, path.name] = path.read_bytes()
        for path in rounds(case, image):
            group = zarr.open_group(path, mode="r")
            for name in ("trial", "labels", "rewards", "status", "segments", "path_points"):
                found[image, path.name, name] = group[name][...].tobytes()
        front = pd.read_csv(case.results(image, "patch_gmm", "front.tsv"), sep="\t").drop(columns="seconds")
        found[image, "front"] = front.to_csv().encode()
    return found


def test_a_run_makes_the_files_of_the_contract(finished):
    for image in IMAGES:
        for store in ("image.zarr", "columns.zarr", "cells.zarr", "descriptors/patches.zarr"):
            assert (finished.results(image, store) / "zarr.json").is_file()
        assert finished.results(image, "explorer.html").is_file()
        trials = pd.read_csv(finished.results(image, "patch_gmm", "trials.tsv"), sep="\t")
        front = pd.read_csv(finished.results(image, "patch_gmm", "front.tsv"), sep="\t")
        assert trials["trial"].tolist() == [0, 1, 2, 3]
        assert trials["round"].tolist() == [0, 0, 1, 1]
        wanted = {"w1", "w2", "rank", "components", "covariance", "curvature", "length"}
        wanted |= {"status", "seconds", "ari", "wall_f1"}
        assert wanted <= set(trials.columns)
        assert front["knee"].sum() == (1 if len(front) else 0)
        selected = zarr.open_group(finished.results(image, "patch_gmm", "selected.zarr"), mode="r")
        assert selected["yx"].shape == (len(selected["label"][...]), 2)
    summary = pd.read_csv(finished.results("summary.tsv"), sep="\t")
    assert sorted(summary["image"]) == sorted(IMAGES)
    assert finished.results("series.html").is_file()


def test_settings_are_applied_to_the_other_images(finished):
    transfer = pd.read_csv(finished.results("transfer", "patch_gmm.tsv"), sep="\t")
    assert transfer["to_image"].tolist() == [image for image in IMAGES for _ in IMAGES]
    for row in transfer[transfer["from_image"] == transfer["to_image"]].to_dict("records"):
        trials = pd.read_csv(finished.results(row["to_image"], "patch_gmm", "trials.tsv"), sep="\t").set_index("trial")
        assert row["ari"] == pytest.approx(trials.loc[row["trial"], "ari"], rel=1e-5)
        assert row["status"] == trials.loc[row["trial"], "status"]


@pytest.mark.xfail(reason="open: ARI below 0.7 on this small film since sites on walls count", strict=True)
def test_two_variants_with_straight_walls_are_found(finished):
    for image in IMAGES:
        selected = zarr.open_group(finished.results(image, "patch_gmm", "selected.zarr"), mode="r")
        trials = pd.read_csv(finished.results(image, "patch_gmm", "trials.tsv"), sep="\t")
        assert selected.attrs["answer"] == "walls"
        assert trials.loc[trials["trial"] == selected.attrs["trial"], "ari"].item() > 0.7


def test_every_variable_of_every_store_says_what_it_is(finished):
    assert unexplained(finished.results()) == []


def test_every_pipeline_has_tables_of_domains_walls_and_parameters(finished):
    for image in IMAGES:
        domains, walls, matters = (
            pd.read_csv(finished.results(image, "patch_gmm", f"{name}.tsv"), sep="\t")
            for name in ("domains", "walls", "importance")
        )
        assert domains["area_cells"].sum() > 100 and (domains["p_pm"] > 0).all()
        assert {"charged", "type_3d", "length_nm"} <= set(walls.columns)
        assert not matters["known"].any()  # four trials tell nothing


def test_every_rule_left_a_log_and_a_benchmark(finished):
    logs = {p.stem.split(".")[0] for p in finished.results().rglob("logs/*.log")}
    benchmarks = {p.stem.split(".")[0] for p in finished.results().rglob("benchmarks/*.tsv")}
    assert {
        "simulate",
        "import_image",
        "columns",
        "cells",
        "describe",
        "suggest",
        "evaluate",
        "trials",
        "front",
        "films",
        "twins",
    } <= logs
    assert logs == benchmarks
    log = finished.results("stripes", "patch_gmm", "logs", "evaluate.000.log").read_text()
    assert "trial 0 (" in log and "ok" in log


def test_the_digest_of_every_rule_holds_all_code_that_its_jobs_loaded(finished):
    found = missed(finished)
    assert len(found) == 22
    assert {rule: modules for rule, modules in found.items() if modules} == {}
    loaded = {name for job in finished.recorded.glob("describe.*.loaded") for name in job.read_text().split()}
    assert "ferrotune.descriptors._patch_store" in loaded  # parts load these files inside functions


def test_a_second_run_has_nothing_to_do(finished):
    process = finished.run("-n")
    assert process.returncode == 0
    assert "Nothing to be done" in process.stdout


@pytest.fixture(scope="module")
def copy(finished, tmp_path_factory):
    """A finished run that tests may take further."""
    folder = tmp_path_factory.mktemp("copy") / "copy"
    shutil.copytree(finished.folder, folder, copy_function=shutil.copy2)
    return type(finished)(folder)


def test_more_trials_evaluate_only_the_new_ones(finished, copy):
    # in the pipeline's own search; a later test has them in the common one, where they are the same trials
    copy.configure(pipelines={"patch_gmm": {"space": copy.space, "search": {"trials": 5}}})
    before = {p: p.stat().st_mtime_ns for image in IMAGES for p in rounds(copy, image)}
    assert len(before) == 4
    process = copy.run()
    assert process.returncode == 0, process.stdout[-4000:]
    assert all(p.stat().st_mtime_ns == then for p, then in before.items())
    for image in IMAGES:
        assert len(rounds(copy, image)) == 3
        assert len(pd.read_csv(copy.results(image, "patch_gmm", "trials.tsv"), sep="\t")) == 5


def test_the_selection_of_the_page_is_taken_up_without_what_comes_before_it(copy):
    """The page of another trial than the selected one: the file is as `choose.mjs` writes it."""
    (copy.folder / "selection.yaml").write_text('select:\n  "stripes":\n    "patch_gmm": 1\n')
    command = copy.command("-n")
    command.insert(command.index("--cores"), str(copy.folder / "selection.yaml"))
    found = subprocess.run(command, cwd=copy.folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-2000:]
    counts = dict(re.findall(r"^(\w+) +(\d+)$", found.stdout + found.stderr, re.MULTILINE))
    assert {"front", "twins", "tables", "explorer"} <= counts.keys() and counts["front"] == "1"
    before = {"simulate", "import_image", "columns", "cells", "describe", "suggest", "evaluate", "trials"}
    assert not before & counts.keys()


def test_one_core_gives_the_same_bytes_even_after_kill_and_resume(finished, new_case):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    process = subprocess.Popen(
        case.command("--quiet", "all", cores=1), cwd=case.folder, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not rounds(case, "stripes") and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert rounds(case, "stripes")
    assert not case.results("summary.tsv").exists()
    assert case.run("--unlock").returncode == 0
    resumed = case.run(cores=1)
    assert resumed.returncode == 0, resumed.stdout[-4000:]
    one, other = contents(case, ["stripes"]), contents(finished, ["stripes"])
    assert one.keys() == other.keys()
    assert [key for key in one if one[key] != other[key]] == []


def test_a_trial_named_in_the_config_is_selected(copy):
    copy.configure(search={"trials": 5, "batch": 2, "startup": 2}, select={"stripes": {"patch_gmm": 1}})
    target = copy.results("stripes", "patch_gmm", "selected.zarr").relative_to(copy.folder)
    process = copy.run(str(target))
    assert process.returncode == 0, process.stdout[-4000:]
    selected = zarr.open_group(copy.folder / target, mode="r")
    labels = zarr.open_group(rounds(copy, "stripes")[0], mode="r")["labels"][1]
    assert selected.attrs["trial"] == 1
    assert selected.attrs["chosen_by"] == "config"
    assert np.array_equal(selected["label"][...], labels)


def test_a_pipeline_s_own_search_is_exhaustive_and_makes_a_map(new_case):
    space = {"w1": [1.0, 1.5], "w2": [1.0, 1.5], "rank": [4], "components": [2], "covariance": ["tied"], "field": [0]}
    space |= {"flatten": [1], "denoise": ["gaussian 1"]}
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    own = {"space": space, "search": {"mode": "exhaustive", "batch": 3}}
    case.configure(pipelines={"patch_gmm": own})
    target = "results/tiny/stripes/patch_gmm/figures/maps.png"
    assert target in case.run("--summary").stdout  # among what a whole run makes
    process = case.run(target, record=True)
    assert process.returncode == 0, process.stdout[-4000:]
    assert not any(missed(case).values()) and {"maps", "map_figures", "polarization_clusters"} <= missed(case).keys()
    proposed = json.loads(case.results("stripes", "patch_gmm", "rounds", "000.json").read_text())["trials"]
    assert [(trial["setting"]["w1"], trial["setting"]["w2"]) for trial in proposed] == [(1, 1), (1, 1.5), (1.5, 1)]
    maps = pd.read_csv(case.results("stripes", "patch_gmm", "maps.tsv"), sep="\t")
    assert list(zip(maps["w1"], maps["w2"], strict=True)) == [(1, 1), (1, 1.5), (1.5, 1), (1.5, 1.5)]
    assert maps.filter(regex="phi_").max(axis=None) > 0.7
    # the common search is another's: what it says of trials redoes nothing here
    case.configure(pipelines={"patch_gmm": own}, search={"trials": 40, "batch": 5, "startup": 9, "mode": "tpe"})
    assert "Nothing to be done" in case.run("-n", target).stdout
    own["search"]["trials"] = 7
    case.configure(pipelines={"patch_gmm": own})
    assert "Nothing to be done" in case.run("-n", target).stdout


def test_the_rule_graph_in_the_documents_is_the_workflow_s(new_case):
    case = new_case(pipelines={"crvae": {"search": {"trials": 4}}})  # beside patch_gmm: it has a rule of its own
    process = case.run("--rulegraph", "mermaid-js", "--forceall")
    drawn = {line.strip() for line in process.stdout.splitlines() if re.match(r"\s*id\d+(\[| -->)", line)}
    shown = {
        line.strip() for line in (ROOT / "docs" / "methods.md").read_text().splitlines() if line.startswith("    id")
    }
    assert by_name(drawn) == by_name(shown)


def by_name(lines):
    """The graph's edges (set of pairs of rule names), whatever number each rule got."""
    names = dict(match.groups() for line in lines if (match := re.fullmatch(r"(id\d+)\[(\w+)\]", line)))
    return {tuple(names[end] for end in line.split(" --> ")) for line in lines if "-->" in line}


def test_exports_of_all_kinds_are_made_once(copy):
    process = copy.run("export")
    assert process.returncode == 0, process.stdout[-4000:]
    folder = copy.results("stripes", "exports")
    made = {path.name for path in folder.iterdir()}
    assert {"columns.csv", "cells.csv", "labels.patch_gmm.csv", "walls.patch_gmm.geojson"} <= made
    assert {"image.tif", "labels.patch_gmm.tif", "image.ome.zarr", "image.hspy", "figures"} <= made
    for figure in ("columns", "strain", "grains", "patch_gmm/front", "patch_gmm/walls", "patch_gmm/components"):
        assert b"<svg" in (folder / "figures" / f"{figure}.svg").read_bytes()[:2000]
        assert (folder / "figures" / f"{figure}.pdf").read_bytes().startswith(b"%PDF")
    text = copy.results("exports", "methods.txt").read_text()
    assert "stripes (simulated" in text and "Pipeline patch_gmm" in text
    assert "@misc{barakati2024" in copy.results("exports", "citations.bib").read_text()
    assert "Nothing to be done" in copy.run("-n", "export").stdout
