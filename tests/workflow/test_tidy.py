"""A tidied series is finished for the workflow, and goes on from where it was."""

import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from ferrotune.files.packed_stores import PACKED
from ferrotune.files.stores import read_store
from helpers.case import ROOT


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def call(case, *arguments):
    """Run a module of the workflow as the Makefile does, in the folder of the case."""
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "PATH": "", "HOME": str(case.folder)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=case.folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tidied(finished, tmp_path_factory):
    """A finished run that was tidied."""
    folder = tmp_path_factory.mktemp("tidied") / "case"
    shutil.copytree(finished.folder, folder, copy_function=shutil.copy2, symlinks=True)
    case = type(finished)(folder)
    done = call(case, "ferrotune.workflow.tidy", "results/tiny")
    assert done.returncode == 0, done.stderr
    return case


def test_a_tidied_series_has_few_files_and_nothing_left_to_do(finished, tidied):
    before, after = (files(case.results()) for case in (finished, tidied))
    assert len(after) < 0.35 * len(before)
    stacks = [content for name, content in before.items() if re.search(r"descriptors/patches.zarr/patches/c/", name)]
    freed = sum(map(len, before.values())) - sum(map(len, after.values()))
    assert len(stacks) == 2 and freed > 0.95 * sum(map(len, stacks))
    kept = {name: content for name, content in before.items() if ".zarr/" not in name and "benchmarks/" not in name}
    assert {name: after[name] for name in kept} == kept
    process = tidied.run("-n")
    assert process.returncode == 0 and "Nothing to be done" in process.stdout


def test_a_longer_search_after_that_evaluates_the_new_trials_only(finished, tidied):
    rounds = tidied.results("stripes", "patch_gmm", "rounds")
    packed = {store.name: (store / PACKED).read_bytes() for store in rounds.glob("*.zarr")}
    tidied.configure(search={"trials": 5}, keep_descriptors=False)
    process = tidied.run()
    assert process.returncode == 0, process.stdout[-3000:]
    assert "Describing" not in process.stdout and process.stdout.count("Evaluating round") == 2  # one of each image
    trials = pd.read_csv(tidied.results("stripes", "patch_gmm", "trials.tsv"), sep="\t")
    before = pd.read_csv(finished.results("stripes", "patch_gmm", "trials.tsv"), sep="\t")
    pd.testing.assert_frame_equal(trials[:4], before, check_dtype=False)
    assert {name: (rounds / name / PACKED).read_bytes() for name in packed} == packed
    said = "".join(path.read_text() for path in tidied.results("stripes").rglob("logs/*.log"))
    assert said.count("its arrays patches were removed; they are made again") == 1 and "other bytes" not in said
    assert list(read_store(tidied.results("stripes", "descriptors", "patches.zarr"), "yx")[1]["removed"]["arrays"])
    assert read_store(tidied.results("stripes", "patch_gmm", "selected.zarr"))[1]["answer"]


def test_clean_leaves_no_trace_of_a_series(tidied):
    done = call(tidied, "ferrotune.workflow.clean", "results/tiny")
    assert done.returncode == 0 and "files removed" in done.stdout
    assert not tidied.results().exists()
    assert not [path for path in (tidied.folder / ".snakemake" / "metadata").rglob("*") if path.is_file()]
