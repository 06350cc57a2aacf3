"""Folders that cannot be written are named before a run starts."""

import os

import pytest

from ferrotune.errors import InputError
from ferrotune.workflow import folders
from ferrotune.workflow.folders import caches, check_folders, download_cache

RESULTS = "results/demo"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def forbid(monkeypatch, folder):
    """Take the permission to write in a folder; the mode of a folder does not stop root."""
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(folder) and allowed(path, mode))


def test_folders_that_are_there_or_can_be_made(here):
    check_folders(RESULTS)
    assert not list(here.iterdir())
    for name in (".snakemake/locks", f"{RESULTS}/film/image.zarr"):
        os.makedirs(name)
    check_folders(RESULTS)


@pytest.mark.parametrize("name", [".snakemake", ".snakemake/locks", "results", RESULTS, f"{RESULTS}/film/logs", "."])
def test_a_folder_without_permission_is_named(here, monkeypatch, name):
    (here / name).mkdir(parents=True, exist_ok=True)
    forbid(monkeypatch, here / name)
    with pytest.raises(InputError, match="cannot be written: no permission to write in") as error:
        check_folders(RESULTS)
    assert f"{here / name};" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", [".snakemake", "results", RESULTS])
def test_a_file_in_the_place_of_a_folder_is_named(here, name):
    (here / name).parent.mkdir(exist_ok=True)
    (here / name).write_text("")
    with pytest.raises(InputError, match="is no folder; remove it, or run in another folder"):
        check_folders(RESULTS)


def test_caches_are_kept_with_the_run_only_where_the_home_cannot_hold_them(here, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    assert caches() == {}
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull + "/cache")
    assert caches() == {"MPLCONFIGDIR": str(here / ".snakemake" / "matplotlib")}
    forbid(monkeypatch, folders.PACKAGE)
    assert caches()["NUMBA_CACHE_DIR"] == str(here / ".snakemake" / "numba")


def test_downloads_are_kept_where_the_user_says_or_in_his_cache_or_with_the_run(here, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    assert str(download_cache("shared/films")) == "shared/films"
    assert download_cache() == here / "cache" / "ferrotune" / "downloads"
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull + "/cache")
    assert download_cache() == here / ".snakemake" / "downloads"
