"""The workflow on a real Slurm, of one node on this machine: slurm_node.sh starts it, and stops it."""

import subprocess
import time
from pathlib import Path

import pytest

from helpers.same_results import different

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("slurm_node.sh")
PROFILE = ("--profile", str(ROOT / "profiles" / "slurm"), "--slurm-init-seconds-before-status-checks", "3")
PROFILE += ("--slurm-status-command", "squeue")  # the node keeps no accounts, so that sacct knows of no job
MOST_SECONDS = 600  # a run that hangs; on two free cores all of it takes some three minutes


@pytest.fixture(scope="module")
def slurm():
    """A Slurm that takes jobs; whatever happens it is stopped."""
    pytest.importorskip("snakemake_executor_plugin_slurm")
    try:
        started = subprocess.run([SCRIPT, "start"], capture_output=True, text=True, timeout=60)
        if started.returncode == 3:
            pytest.skip(started.stderr.strip().splitlines()[-1])
        assert started.returncode == 0, started.stderr
        yield
    finally:
        subprocess.run([SCRIPT, "stop"], capture_output=True, timeout=60)


def jobs():
    """State of all jobs of the cluster (dict by number), those that have ended too."""
    listed = subprocess.run(["squeue", "-h", "-t", "all", "-o", "%i %T"], capture_output=True, text=True, check=True)
    return dict(line.split() for line in listed.stdout.splitlines())


def wait_for(found):
    """Wait until a function finds something, and return it."""
    end = time.monotonic() + MOST_SECONDS
    while not (that := found()):
        assert time.monotonic() < end
        time.sleep(0.2)
    return that


def test_slurm_gives_the_bytes_of_a_local_run_even_after_a_job_was_cancelled(slurm, finished, new_case):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    command = case.command("--quiet", "rules", *PROFILE, "--retries", "0")
    with open(case.folder / "said", "w") as said:
        process = subprocess.Popen(command, cwd=case.folder, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: case.results("stripes", "patch_gmm", "rounds", "000.json").exists())
        (running,) = (number for number, state in jobs().items() if state == "RUNNING")
        subprocess.run(["scancel", running], check=True)
        assert process.wait(MOST_SECONDS) == 1, (case.folder / "said").read_text()
    finally:
        process.kill()
    assert not case.results("stripes", "patch_gmm", "front.tsv").exists()
    stores = [p for p in case.results("stripes").rglob("*.zarr/zarr.json") if "patch_gmm" not in p.parts]
    before = {p: p.stat().st_mtime_ns for p in stores}  # of the job that had ended
    assert {"image.zarr", "columns.zarr", "cells.zarr", "patches.zarr"} <= {p.parent.name for p in before}

    resumed = case.run("--quiet", "rules", *PROFILE)
    assert resumed.returncode == 0, resumed.stdout[-4000:]
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert different(case.results("stripes"), finished.results("stripes")) == []
    assert len(jobs()) == 5  # the image, its search twice, its page, the series: for 23 jobs of the workflow
