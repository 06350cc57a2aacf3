"""At the instrument, with a search in the background: a later run takes up all of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ferrotune.live.page import read_state
from helpers.live import ONLY, write_film

ROOT = Path(__file__).parents[2]


def run(folder, *command):
    path = os.pathsep.join([str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"},
    )


def snakemake(folder, *options):
    start = ("snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "2", "--configfile", "results/today/config.yaml")
    return run(folder, *start, *options)


@pytest.fixture(scope="module")
def stood(tmp_path_factory):
    """The folder where the user stands, and what was said, when an image and its search are done."""
    folder = tmp_path_factory.mktemp("stood")
    (folder / "today").mkdir()
    (folder / "small.yaml").write_text(ONLY)
    write_film(folder / "today/film.npy", shape=(460, 480))
    (folder / "today/bad.tif").write_bytes(b"no image")
    process = run(
        folder, "ferrotune.live", "today", "--config", "small.yaml", "--pixel-size", "15.6", "--cores", "2", "--once"
    )
    assert process.returncode == 0, process.stdout[-4000:]
    return folder, process.stdout


def test_the_image_has_its_map_its_search_and_its_page_and_the_bad_file_a_line(stood):
    folder, said = stood
    assert re.search(r"^ferrotune: film: (walls|gradual|uniform): .* s of work, .* -> ", said, re.MULTILINE), said
    assert len(re.findall(r"^ferrotune: bad\.tif: .*cannot be read", said, re.MULTILINE)) == 1
    (image,) = read_state(folder / "results/today")["images"]
    assert re.match("took over|found none that explains more", image["search"]), image["search"]
    assert (folder / "results/today" / image["page"]).is_file()


def test_a_later_run_makes_only_what_is_missing(stood):
    folder = stood[0]
    process = snakemake(folder, "-n")
    table = process.stdout.partition("Job stats:")[2].partition("\n\n")[0]
    rules = {name for name, _ in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)} - {"total", "all"}
    made = {"import_image", "columns", "cells", "describe", "reference", "suggest", "evaluate", "trials", "front"}
    assert rules and not rules & (made | {"explorer", "domain_tables", "importance", "centroids"}), process.stdout


def test_another_pixel_size_in_the_sheet_makes_the_stores_again(stood):
    """What was made at the instrument has its provenance: a later run knows by which config it was made."""
    folder = stood[0]
    sheet = folder / "results/today/live.tsv"
    text = sheet.read_text()
    sheet.write_text(text.replace("15.6", "15.7"))
    process = snakemake(folder, "-n", "results/today/film/image.zarr")
    sheet.write_text(text)
    assert re.search(r"^import_image +1$", process.stdout, re.MULTILINE), process.stdout
