"""Checksums follow the content of a file and nothing else, and are read again only where they must be."""

import hashlib
import os
import time

import pytest

from ferrotune.workflow import checksums as module
from ferrotune.workflow.checksums import checksums


def put(path, content, age=100.0):
    """Write a file that seems to be some seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


@pytest.fixture
def settled(monkeypatch):
    """The date of a test's file is young; take it as old."""
    monkeypatch.setattr(module, "SETTLED", -1.0)


def test_the_content_decides_whatever_the_date(tmp_path, settled):
    kept, film = tmp_path / "kept" / "sums.json", put(tmp_path / "film.tif", b"one")
    assert checksums([film], kept) == [hashlib.sha256(b"one").hexdigest()]
    put(film, b"two", age=5000.0)  # another film of the same size and an older date
    assert checksums([film], kept) == [hashlib.sha256(b"two").hexdigest()]
    then = film.stat()
    film.write_bytes(b"six")
    os.utime(film, ns=(then.st_atime_ns, then.st_mtime_ns))  # or of the very date
    assert checksums([film], kept) == [hashlib.sha256(b"six").hexdigest()]


def test_a_file_that_is_the_same_is_not_read_again(tmp_path, settled, monkeypatch):
    kept, film = tmp_path / "sums.json", put(tmp_path / "film.tif", b"one")
    first = checksums([film], kept)
    monkeypatch.setattr(module.hashlib, "file_digest", None)
    assert checksums([film], kept) == first


def test_a_young_file_is_read_again(tmp_path):
    kept, film = tmp_path / "sums.json", tmp_path / "film.tif"
    film.write_bytes(b"one")
    checksums([film], kept)
    assert not kept.exists()


def test_a_folder_is_the_names_and_contents_of_its_files(tmp_path, settled):
    kept, store = tmp_path / "sums.json", tmp_path / "cells.zarr"
    put(store / "a" / "0", b"one")
    put(store / "b", b"two")
    first = checksums([store], kept)
    assert checksums([store], kept) == first
    (store / "b").rename(store / "c")
    second = checksums([store], kept)
    put(store / "c", b"six")
    assert len({*first, *second, *checksums([store], kept)}) == 3


def test_nothing_stops_it(tmp_path, settled):
    """A file that is not there is the job's to name; sums that cannot be kept or read are computed."""
    film = put(tmp_path / "film.tif", b"one")
    found = [hashlib.sha256(b"one").hexdigest(), ""]
    assert checksums([film, tmp_path / "none.tif"], film / "below_a_file" / "sums.json") == found
    broken = put(tmp_path / "sums.json", b"{")
    assert checksums([film, tmp_path / "none.tif"], broken) == found
