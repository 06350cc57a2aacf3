"""make tidy and make clean: what they remove and keep, and that they leave a run alone."""

import base64
import csv

import numpy as np
import pytest
import yaml

from ferrotune.errors import InputError
from ferrotune.files.packed_stores import PACKED
from ferrotune.files.stores import read_store, write_store
from ferrotune.workflow import clean as cleaning
from ferrotune.workflow import tidy as tidying
from ferrotune.workflow.benchmarks import benchmark_of, merge_benchmarks
from ferrotune.workflow.clean import clean
from ferrotune.workflow.config_files import KEPT
from ferrotune.workflow.progress import ENDED
from ferrotune.workflow.series_lock import LOCKS, locked
from ferrotune.workflow.tidy import stores_of, tidy, untidy

STORES = ("film/image.zarr", "film/patch_gmm/selected.zarr", "film/patch_gmm/rounds/000.zarr")


@pytest.fixture
def series(tmp_path, monkeypatch):
    """The results of a series without descriptors, and another one beside it."""
    monkeypatch.chdir(tmp_path)
    config = {"pipelines": {"patch_gmm": {"descriptor": "patches"}, "gone": None}, "sites": "A"}
    config["patches"] = {"subpixel": True}
    for name in ("demo", "other"):
        folder = tmp_path / "results" / name
        for store in STORES:
            write_store(folder / store, {"yx": (("site", "axis"), np.ones((3, 2)))}, {"cell_px": 26.0})
            (folder / store / ENDED).touch()
        (folder / KEPT).write_text(yaml.safe_dump(config))
        (folder / "film" / "benchmarks").mkdir()
        for job in ("columns", "evaluate.000"):
            (folder / "film" / "benchmarks" / f"{job}.tsv").write_text("s\th:m:s\tmax_rss\n2.5\t0:00:02\t100\n")
    return tmp_path / "results" / "demo"


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_stores_become_one_file_and_benchmarks_one_table(series):
    other, kept = files(series.with_name("other")), read_store(series / STORES[0])
    half = series / "film" / "patch_gmm" / "rounds" / "001.zarr"
    write_store(half, {"yx": (("site", "axis"), np.ones((3, 2)))})  # its job was killed: it has no time stamp
    exported = series / "film" / "exports" / "film.zarr"
    write_store(exported, {"yx": (("site", "axis"), np.ones((3, 2)))})
    (exported / ENDED).touch()
    left = (series / "film" / "descriptors" / ".again.patches.zarr", series / "film" / ".patches.zarr.lock")
    left[0].mkdir(parents=True)
    left[1].touch()
    (series.with_name("demo.so_far") / "film").mkdir(parents=True)
    untouched = files(half) + files(exported)
    said = tidy("results/demo")
    assert said.startswith("results/demo: 0 MB and ") and f"{len(files(series))} files are left" in said
    assert all(files(series / store) == [ENDED, PACKED] for store in STORES)
    assert files(half) + files(exported) == untouched
    assert not any(path.exists() for path in (*left, series.with_name("demo.so_far"), series / "film" / "benchmarks"))
    with open(series / "film" / "benchmarks.tsv") as table:
        assert [row["job"] for row in csv.DictReader(table, delimiter="\t")] == ["columns", "evaluate.000"]
    assert files(series.with_name("other")) == other
    assert not list(series.parents[1].joinpath(LOCKS).iterdir())
    before = files(series)
    assert "0 files freed" in tidy(series) and files(series) == before
    untidy("results/demo")
    (arrays, attributes), (before_arrays, before_attributes) = read_store(series / STORES[0]), kept
    assert attributes == before_attributes and np.array_equal(arrays["yx"], before_arrays["yx"])
    assert not any((series / store / PACKED).exists() for store in STORES)


def test_what_a_job_used_is_found_in_its_file_and_in_the_table(series):
    film = series / "film"
    assert benchmark_of(film, "evaluate.000")["s"] == "2.5" and benchmark_of(film, "evaluate.001") == {}
    merge_benchmarks(film / "benchmarks")
    assert benchmark_of(film, "evaluate.000") == {
        "job": "evaluate.000",
        "s": "2.5",
        "h:m:s": "0:00:02",
        "max_rss": "100",
    }
    (film / "benchmarks").mkdir()
    (film / "benchmarks" / "columns.tsv").write_text("s\tmax_vms\n4.0\t7\n")  # it ran again, with another Snakemake
    assert benchmark_of(film, "columns") == {"s": "4.0", "max_vms": "7"}
    merge_benchmarks(film / "benchmarks")
    assert benchmark_of(film, "columns")["s"] == "4.0" and benchmark_of(film, "evaluate.000")["max_vms"] == "NA"


def lock(run, *paths):
    (run / LOCKS).mkdir(parents=True, exist_ok=True)
    (run / LOCKS / "0.output.lock").write_text("".join(f"{path}\n" for path in paths))


@pytest.mark.parametrize("command", [tidying.main, cleaning.main])
def test_a_series_that_a_run_works_on_is_left_alone(series, command):
    before = files(series)
    lock(series.parents[1], "results/demo/film/image.zarr")
    with pytest.raises(SystemExit, match=r"ferrotune: .*a run works on it, or was killed.*snakemake --unlock"):
        command(["results/demo"])
    assert files(series) == before
    lock(series.parents[1], "results/demo_2/film/image.zarr")  # of another series
    command(["results/demo"])
    assert files(series) != before


def test_a_run_that_begins_meanwhile_finds_the_lock(series):
    with locked("results/demo"):
        (held,) = (series.parents[1] / LOCKS).glob("*.output.lock")
        paths = held.read_text().splitlines()
        assert set(f"results/demo/{store}" for store in STORES) <= set(paths)
        assert not any("zarr/" in path for path in paths)
        with pytest.raises(InputError, match="a run works on it"):
            tidy("results/demo")
    assert not held.exists()


def test_clean_removes_one_series_and_what_snakemake_keeps_of_it(series):
    run = series.parents[1]
    records = run / ".snakemake" / "metadata"
    records.mkdir(parents=True)
    names = {path: base64.urlsafe_b64encode(path.encode()).decode() for path in ("results/demo/a", "results/demo2/a")}
    for name in (*names.values(), "no record"):
        (records / name).touch()
    assert clean("results/demo") > 10
    assert not series.exists() and (run / "results" / "other").is_dir()
    assert files(records) == sorted([names["results/demo2/a"], "no record"])


@pytest.mark.parametrize("named", ["results", "results/gone", "results/demo/film", ".", "/", "results/link"])
def test_clean_removes_nothing_but_a_series(series, named):
    (series.with_name("link")).symlink_to(series)
    before = files(series.parents[1])
    with pytest.raises(SystemExit, match=r"no folder of results with a config\.yaml"):
        cleaning.main([named])
    assert files(series.parents[1]) == before


def test_no_series_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="no series has begun here"):
        tidying.main([])
    with pytest.raises(SystemExit, match="no such file; name the folder of a series"):
        tidying.main(["results/demo"])
    assert stores_of("results/demo") == []
