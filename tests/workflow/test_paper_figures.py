"""The target of the paper's figures, as a dry run: its jobs are those that the figures need, and no others."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def listed(tmp_path):
    """Make a dry run of the target with some overlays, and return its exit status and what it says."""
    shutil.copytree(ROOT / "config", tmp_path / "config")

    def dry_run(*overlays):
        command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "-n", "--cores", "2"]
        command += ["--configfile", *overlays, "--", "paper_figures"] if overlays else ["paper_figures"]
        path = os.pathsep.join([str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
        found = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
        )
        return found.returncode, found.stdout + found.stderr

    return dry_run


def test_only_the_searches_of_the_figures_are_run(listed):
    status, said = listed("config/paper_figures.yaml")
    table = said.partition("Job stats:")[2].partition("\n\n")[0]
    jobs = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}
    assert status == 0, said[-3000:]
    # five films; a search of Algorithm 1, one of the autoencoder, five maps of the mixture and one of the window
    assert jobs["import_image"] == 5 and jobs["front"] == 8 and jobs["maps"] == 6 and jobs["latents"] == 1
    assert jobs["paper_figures"] == 1 and "twins" not in jobs and "summary" not in jobs


def test_another_series_is_told_in_a_line_what_to_run(listed):
    status, said = listed()
    assert status != 0 and "InputError: the paper's figures need pipeline" in said and "run make paper-figures" in said
