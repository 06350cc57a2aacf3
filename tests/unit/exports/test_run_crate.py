"""The crate of a run of two jobs, by its metadata and by roc-validator."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from ferrotune.exports.run_crate import Choice, SeriesRun, make_crate
from ferrotune.workflow.run_jobs import Job

ROOT = Path(__file__).parents[3]
VALIDATOR = ROOT / ".venv-validator" / "bin" / "python"
IMAGE = "results/s/one"


@pytest.fixture
def run(tmp_path):
    """A run that imported an image and chose a trial; the table of the trials was removed afterwards."""
    files = {f"{IMAGE}/image.zarr/zarr.json": "{}", f"{IMAGE}/p/front.tsv": "trial\n3\n", "results/s/config.yaml": "{}"}
    files |= {f"{IMAGE}/p/selected.zarr/zarr.json": "{}", f"{IMAGE}/descriptors/d.zarr/zarr.json": "{}"}
    files |= {"results/s/summary.tsv": "image\none\n", "my films/film 1.tif": "pixels", "other/film 1.tif": "others"}
    files |= {f"{IMAGE}/logs/import_image.log": "", f"code/{'Snakefile'}": "rule all:", "code/scripts/front.py": ""}
    files |= {"code/scripts/import_image.py": "", "code/scripts/ferrotune/__init__.py": "", "code/rules/a.smk": ""}
    files |= {"code/config/config.yaml": "", "code/envs/requirements.txt": ""}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    inputs = ("my films/film 1.tif", "other/film 1.tif")
    importing = Job("import_image", inputs, (f"{IMAGE}/image.zarr",), (f"{IMAGE}/logs/import_image.log",), 1e9, 1e9 + 5,
                    {"cpu_time": 4.5, "max_rss": 270.0})  # fmt: skip
    read = (f"{IMAGE}/p/trials.tsv", f"{IMAGE}/descriptors/d.zarr")
    front = Job("front", read, (f"{IMAGE}/p/front.tsv", f"{IMAGE}/p/selected.zarr"), (), 1e9 + 6, 1e9 + 9, {})
    stores = [f"{IMAGE}/image.zarr", f"{IMAGE}/p/selected.zarr", f"{IMAGE}/descriptors/d.zarr"]
    there = [*inputs, *stores, f"{IMAGE}/p/front.tsv", f"{IMAGE}/logs/import_image.log"]
    there += ["results/s/config.yaml", "results/s/summary.tsv"]
    return SeriesRun(
        name="s",
        folder=tmp_path,
        code=tmp_path / "code",
        jobs=[importing, front],
        choices=[Choice("one", "p", 3, "config", f"{IMAGE}/p/front.tsv", f"{IMAGE}/p/selected.zarr", 1e9 + 9)],
        digests={path: f"{number:064d}" for number, path in enumerate(there)},
        left_out=lambda path: "descriptors" in path,
        config=["results/s/config.yaml"],
        results=["results/s/summary.tsv"],
        machines=[{"processor": "a processor", "system": "Linux"}],
        packages={"numpy": "2.4.6", "snakemake": "9.27.1"},
        tools={"import_image": ("import_image.py", "Import an image."), "front": ("front.py", "Find the front.")},
        person=("Ada Example", None),
        license="CC BY 4.0",
    )


def test_jobs_are_actions_and_what_is_not_in_the_crate_is_named(run, tmp_path):
    counts = make_crate(run, tmp_path / "s.crate.zip")
    assert counts == {"jobs": 2, "files": 8, "choices": 1}
    with zipfile.ZipFile(tmp_path / "s.crate.zip") as archive:
        names = archive.namelist()
        found = {one["@id"]: one for one in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]}
        films = sorted(name for name in names if name.startswith("inputs/"))
        assert [archive.read(name) for name in films] == [b"others", b"pixels"]  # of one name, and both are there
    assert f"{IMAGE}/image.zarr/zarr.json" in names and not any("descriptors" in name for name in names)
    front = found["#job/1"]
    assert [one["@id"] for one in front["object"]] == [f"#{IMAGE}/p/trials.tsv", f"#{IMAGE}/descriptors/d.zarr"]
    assert found[f"#{IMAGE}/p/trials.tsv"]["description"] == "removed after the run"
    assert "sha256" in found[f"#{IMAGE}/descriptors/d.zarr"] and "sha256" not in found[f"#{IMAGE}/p/trials.tsv"]
    assert found["#job/0"]["endTime"] == "2001-09-09T01:46:45.000+00:00"
    assert found["#choice/one/p"]["agent"]["@id"] == "#person" and found["#person"]["name"] == "Ada Example"


@pytest.mark.skipif(not VALIDATOR.exists(), reason="no validator of crates: make test sets up .venv-validator")
def test_the_crate_is_what_the_profile_wants(run, tmp_path):
    make_crate(run, tmp_path / "s.crate.zip")
    script = ROOT / "tests" / "helpers" / "peers" / "validate_crate.py"
    asked = subprocess.run([VALIDATOR, script, tmp_path / "s.crate.zip"], capture_output=True, text=True)
    assert asked.stdout.strip() == "valid: Provenance Run Crate 0.5", asked.stdout + asked.stderr[-2000:]
