"""The record of a selected segmentation, a trial computed again, and the crate of a series, from the tiny case."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import zarr

from ferrotune.errors import InputError
from ferrotune.workflow import replay as replaying
from ferrotune.workflow.crate import unpacked, write_crate
from ferrotune.workflow.replay import replay
from ferrotune.workflow.segmentation_record import config_digest, read_record

ROOT = Path(__file__).parents[2]
VALIDATOR = ROOT / ".venv-validator" / "bin" / "python"


@pytest.fixture(scope="module")
def crate(finished, tmp_path_factory):
    """Crate of the tiny case, and what was counted."""
    path = tmp_path_factory.mktemp("crate") / "tiny.crate.zip"
    return write_crate(finished.results(), path, ("Ada Example", "https://orcid.org/0000-0002-1825-0097"))


def graph(crate):
    with zipfile.ZipFile(crate) as archive:
        return {one["@id"]: one for one in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]}


def test_a_selected_segmentation_says_where_it_comes_from(finished):
    folder = finished.results("stripes", "patch_gmm")
    record = read_record(folder)
    kept = zarr.open_group(folder / "selected.zarr", mode="r").attrs["provenance"]
    image = zarr.open_group(finished.results("stripes", "image.zarr"), mode="r").attrs
    assert record["image_sha256"] == image["sha256"] and kept["config_sha256"] == config_digest(record["config"])
    assert kept.items() <= record.items()
    assert not {"machine", "packages"} & kept.keys()  # stores are the same bytes on every machine
    assert record["packages"]["numpy"] and record["machine"]["processor"] and record["config"]["seed"] == 1
    assert set(record["code"]) == {"import_image", "columns", "cells", "describe", "evaluate", "trials", "front"}


@pytest.mark.parametrize("trial", [None, 0, 3])
def test_a_trial_gives_the_same_labels_again(finished, trial):
    found = replay(finished.results(), "stripes", "patch_gmm", trial)
    assert found.same and found.walls and found.rewards == [] and found.sites > 100
    assert found.selected is (True if trial is None else found.selected)


def test_labels_that_differ_are_counted(finished, tmp_path):
    series = tmp_path / "tiny"
    shutil.copytree(finished.results(), series)
    labels = zarr.open_group(series / "stripes" / "patch_gmm" / "rounds" / "001.zarr", mode="r+")["labels"]
    labels[1, :3] = 1 - labels[1, :3]
    found = replay(series, "stripes", "patch_gmm", 3)
    assert not found.same and found.other_labels == 3
    with pytest.raises(InputError, match="there is no trial 9; there are trials 0 to 3"):
        replay(series, "stripes", "patch_gmm", 9)
    with pytest.raises(InputError, match="no such file; name an image and a pipeline"):
        replay(series, "strips", "patch_gmm")


def test_every_job_is_in_the_crate_with_its_files_and_whoever_chose(finished, crate):
    path, counts = crate
    found = graph(path)
    jobs = [one for name, one in found.items() if name.startswith("#job/") and one["@type"] == "CreateAction"]
    assert counts["jobs"] == len(jobs) > 35
    (front,) = [job for job in jobs if job["name"] == "front: stripes, patch_gmm"]
    read = {one["@id"] for one in front["object"]}
    assert {"results/tiny/stripes/patch_gmm/trials.tsv", "#results/tiny/stripes/descriptors/patches.zarr"} <= read
    table = found["results/tiny/stripes/patch_gmm/front.tsv"]
    assert len(table["sha256"]) == 64 and front["startTime"] < front["endTime"]
    usage = [found[one["@id"]] for one in front["resourceUsage"]]
    assert {one["name"] for one in usage} == {"cpu_time", "max_rss"}
    choice = found["#choice/stripes/patch_gmm"]
    assert choice["agent"]["@id"] == "workflow/Snakefile" and "knee" in choice["description"]
    assert found["https://orcid.org/0000-0002-1825-0097"]["name"] == "Ada Example"
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    assert {"workflow/Snakefile", "workflow/scripts/front.py", "results/tiny/series.html"} <= names
    assert not any("/descriptors/" in name or "__pycache__" in name for name in names if name.startswith("results"))


def test_a_trial_is_computed_again_from_the_crate_alone(crate, capsys):
    with unpacked(crate[0]) as series:
        said = []
        assert replay(series, "diagonal", "patch_gmm", 1, said.append).same
    assert said and "made again from the image" in said[0]
    with pytest.raises(SystemExit, match="0"):
        replaying.main(["stripes", "patch_gmm", "--crate", str(crate[0])])
    assert "bit for bit; its walls and rewards too" in capsys.readouterr().out


@pytest.mark.skipif(not VALIDATOR.exists(), reason="no validator of crates: make test sets up .venv-validator")
def test_the_crate_is_valid(crate):
    script = ROOT / "tests" / "helpers" / "peers" / "validate_crate.py"
    asked = subprocess.run([VALIDATOR, script, crate[0]], capture_output=True, text=True)
    assert asked.stdout.strip() == "valid: Provenance Run Crate 0.5", asked.stdout + asked.stderr[-2000:]


def test_the_choice_of_a_person_is_theirs(finished, tmp_path):
    case = tmp_path / "chosen"
    shutil.copytree(finished.folder, case, copy_function=shutil.copy2)
    store = case / "results" / "tiny" / "stripes" / "patch_gmm" / "selected.zarr"
    zarr.open_group(store, mode="r+").attrs["chosen_by"] = "config"
    found = graph(write_crate(case / "results" / "tiny", tmp_path / "c.zip", ("Ada Example", None))[0])
    assert found["#choice/stripes/patch_gmm"]["agent"]["@id"] == "#person"
    assert found["#person"]["name"] == "Ada Example"


def test_without_a_run_there_is_one_line(tmp_path):
    asked = subprocess.run(
        [sys.executable, "-m", "ferrotune.workflow.crate", str(tmp_path / "results" / "none")],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert asked.returncode == 1 and asked.stderr.startswith("ferrotune: ") and asked.stderr.count("\n") == 1
