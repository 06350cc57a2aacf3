"""An image in one line, as a new user types it; then a trial that is chosen, and what can be seen while it runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import zarr

from ferrotune.files.sm_bfo_record import write_record
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

ROOT = Path(__file__).parents[2]
FILE = "day 1/Größe_2.h5"
PIPELINES = "pipelines={patch_gmm: null, cell_gmm: {search: {batch: 2}}}"
FAST = ("search={trials: 4, startup: 2}", PIPELINES, "judge={twins: false}")


def snakemake(folder, *options, config=(f"image={FILE}",)):
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), *options]
    return run(folder, [*command, "--cores", "2", *(("--config", *config, *FAST) if config else ())])


def run(folder, command):
    path = os.pathsep.join([str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore", "COLUMNS": "120"},
    )


@pytest.fixture(scope="module")
def stood(tmp_path_factory):
    """The folder where the user stands, with an image and its finished results, and what the run said."""
    folder = tmp_path_factory.mktemp("stood")
    (folder / FILE).parent.mkdir()
    film = simulate(Specimen(shape=(460, 480), geometry="walls_109"), seed=1)
    write_record(folder / FILE, folder / "cells.h5", film.image, film.cells)
    process = snakemake(folder)
    assert process.returncode == 0, process.stdout[-4000:]
    return folder, process.stdout


def rules_to_run(process):
    """Rules (dict of name -> number of jobs) that a dry run lists."""
    assert process.returncode == 0, process.stdout[-3000:]
    table = process.stdout.partition("Job stats:")[2].partition("\n\n")[0]
    return {name: int(number) for name, number in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if name != "total"}


def test_it_ends_with_the_answer_of_each_pipeline_and_the_page(stood):
    folder, said = stood
    page = "results/Groesse_2/Groesse_2/explorer.html"
    (line,) = (line for line in said.splitlines() if line.startswith("Groesse_2, cell_gmm: "))
    assert re.match(r"Groesse_2, cell_gmm: (walls|gradual|uniform) \(.*\d.*\) -> ", line) and line.endswith(page)
    assert (folder / page).is_file()
    assert "ferrotune: 1 image, by cell_gmm (4 trials) -> results/Groesse_2; " in said


def test_a_file_without_a_pixel_size_is_one_line_that_says_what_to_add(stood):
    (line,) = {line for line in stood[1].splitlines() if "pixel size unknown" in line}
    assert "as pixel_size=15.6 after --config" in line
    process = snakemake(stood[0], "-n", config=(f"image={FILE}", "pixel_size=15.6"))
    assert rules_to_run(process)["import_image"] == 1


def test_the_same_line_again_has_nothing_to_do_and_the_sheet_and_config_of_the_run_are_kept(stood):
    folder = stood[0]
    assert "Nothing to be done" in snakemake(folder, "-n").stdout
    sheet = pd.read_csv(folder / "results/Groesse_2/images.tsv", sep="\t")
    assert sheet.loc[0, ["image", "path"]].tolist() == ["Groesse_2", FILE]
    process = snakemake(folder, "-n", "--configfile", "results/Groesse_2/config.yaml", config=())
    assert "Nothing to be done" in process.stdout, process.stdout[-3000:]


def test_a_chosen_trial_repeats_nothing_before_the_front(stood):
    folder = stood[0]
    (folder / "selection.yaml").write_text("select: {Groesse_2: {cell_gmm: 1}}\n")
    found = rules_to_run(snakemake(folder, "-n", "--configfile", "selection.yaml"))
    later = {"front", "components", "pipeline_figures", "explorer", "tables", "all"}
    later |= {"summary", "series_figure", "series_page"}
    assert found == dict.fromkeys(later, 1)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (("image=none.dm4",), "image none.dm4: no such file in "),
        (("images=day*/*.dm4",), "image day*/*.dm4: no file has a name like this"),
        ((f"image={FILE}", "pixelsize=15.6"), "config: unknown key 'pixelsize'; allowed are"),
    ],
)
def test_what_is_wrong_is_one_line(stood, config, words):
    process = snakemake(stood[0], "-n", config=config)
    lines = [line for line in process.stdout.splitlines() if line.startswith("ferrotune: ")]
    assert process.returncode != 0 and "Traceback" not in process.stdout
    assert len(lines) == 1 and words in lines[0], process.stdout


@pytest.fixture(scope="module")
def half(stood, tmp_path_factory):
    """The same results while the second of two rounds is being evaluated: its store is begun and not complete."""
    folder = tmp_path_factory.mktemp("half") / "half"
    shutil.copytree(stood[0], folder)
    results = folder / "results/Groesse_2"
    image = results / "Groesse_2"
    for path in (image / "cell_gmm/selected.zarr", image / "cell_gmm/components.zarr"):
        shutil.rmtree(path)
    for path in (results / "summary.tsv", image / "explorer.html", image / "cell_gmm/trials.tsv"):
        path.unlink()
    (image / "cell_gmm/rounds/001.zarr/.snakemake_timestamp").unlink()
    return folder


def test_make_watch_counts_what_is_complete(half):
    process = run(half, [sys.executable, "-m", "ferrotune.workflow.watch", "--once"])
    assert process.returncode == 0, process.stdout
    assert "results/Groesse_2: 0 of 1 searches done" in process.stdout
    (row,) = (line.split() for line in process.stdout.splitlines() if line.startswith("Groesse_2 "))
    assert row[1:4] == ["cell_gmm", "1/2", "2/4"] and row[-1] == "search"


def test_the_page_of_the_rounds_so_far_is_made_beside_the_run_that_goes_on(half):
    results = half / "results/Groesse_2"
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*")}
    locks = half / ".snakemake/locks"  # as while Snakemake runs
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "0.input.lock").write_text("day 1/Größe_2.h5\n")
    (locks / "0.output.lock").write_text("results/Groesse_2/Groesse_2/cell_gmm/rounds/001.zarr\n")
    process = run(half, [sys.executable, "-m", "ferrotune.workflow.so_far"])
    page = "results/Groesse_2.so_far/Groesse_2/explorer.html"
    assert process.returncode == 0 and process.stdout.splitlines()[-1] == f"Groesse_2: {page}", process.stdout
    assert (half / page).is_file()
    table = pd.read_csv((half / page).with_name("cell_gmm") / "trials.tsv", sep="\t")
    assert table["trial"].tolist() == [0, 1]
    selected = zarr.open_group((half / page).with_name("cell_gmm") / "selected.zarr", mode="r")
    assert selected.attrs["trial"] in (0, 1, None)
    assert {path: path.stat().st_mtime_ns for path in results.rglob("*")} == before
