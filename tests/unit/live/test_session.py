"""A session: images come, also bad ones and one that is still being written, and each is on the page."""

import gc
import os
import shutil

import numpy as np
import psutil
import pytest
import zarr

from ferrotune.files.stores import read_store
from ferrotune.live.folder import SETTLED, WatchedFolder
from ferrotune.live.page import read_state
from ferrotune.live.session import Session
from helpers.live import film, live_series, write_film

SETTING = {"features": "displacement", "flatten": 0, "radius": 1, "components": 3, "covariance": "tied", "field": 1}


class Searched:
    """A search in the background of which the test says when it ends, and what it finds."""

    def __init__(self, series):
        self.series, self.image, self.ended, self.calls = series, None, None, []

    def add(self, image, new=True):
        self.calls.append(image if new else f"again {image}")

    def pause(self):
        self.calls.append("pause")

    def resume(self):
        self.calls.append("resume")

    def is_busy(self):
        return False

    def step(self):
        ended, self.ended = self.ended, None
        return ended

    def end(self, name, evidence):
        """End the search of an image, which selected the first map itself, as trial 3, at some evidence."""
        folder = self.series.folder
        store = folder / name / "cell_gmm" / "selected.zarr"
        shutil.copytree(folder / f"live/{name}.zarr", store, dirs_exist_ok=True)
        parameters = SETTING | {"label_evidence": evidence}
        found = {"trial": 3, "parameters": parameters, "answer": "walls", "reason": "a reason"}
        zarr.open_group(str(store), mode="r+").attrs.update(found)
        (store / ".snakemake_timestamp").touch()
        self.ended = (name, True)


class Instrument:
    """A folder that a microscope writes to, and a session that watches it by the test's clock."""

    def __init__(self, folder):
        self.files, self.now, self.said = folder / "files", 0.0, []
        self.files.mkdir(exist_ok=True)
        self.series = live_series(folder)
        self.begin()

    def begin(self, search=None):
        """Begin a session, as after the last one was ended."""
        watched = WatchedFolder(self.files, clock=lambda: self.now)
        self.session = Session(self.series, watched, search, say=self.said.append)

    def pass_time(self, seconds=SETTLED):
        """Let a step be made, and another one after some seconds, and all that is left for spare time."""
        self.session.step()
        self.now += seconds
        while self.session.step():
            pass

    def state(self):
        return read_state(self.series.folder)

    def names(self):
        return [image["image"] for image in self.state()["images"]]


@pytest.fixture
def instrument(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Instrument(tmp_path)


def test_each_image_is_judged_by_a_few_null_maps_at_once_and_by_many_in_spare_time(instrument):
    write_film(instrument.files / "first.npy")
    instrument.session.step()
    instrument.now += SETTLED
    instrument.session.step()
    (first,) = instrument.state()["images"]
    assert first["judged"] == "3 null maps, until there are 30" and first["origin"] == "first look at first"
    instrument.pass_time()
    assert instrument.state()["images"][0]["judged"] == "30 null maps"
    write_film(instrument.files / "second.npy", seed=2)
    instrument.session.step()
    instrument.now += SETTLED
    instrument.session.step()
    second = instrument.state()["images"][0]
    assert second["image"] == "second" and second["setting"] == first["setting"]
    assert second["judged"] == "3 null maps, until there are 30" and second["version"] == 1
    instrument.pass_time()
    second = instrument.state()["images"][0]
    assert second["judged"] == "30 null maps" and second["version"] == 2
    folder = instrument.series.folder
    assert all((folder / name).exists() for name in ("live.html", "live/second.png", "second/cells.zarr", "live.tsv"))
    assert len(read_store(folder / "live/second.zarr", "label")[0]["label"]) > 50
    said = [line for line in instrument.said if ": warning: " not in line]
    assert len(said) == 2 and said[0].startswith("ferrotune: first: ")


def test_a_search_takes_over_where_it_explains_more_and_its_setting_serves_the_next_image(instrument):
    search = Searched(instrument.series)
    instrument.begin(search)
    write_film(instrument.files / "film.npy")
    instrument.pass_time()
    assert search.calls == ["pause", "film", "resume"] and instrument.state()["images"][0]["search"] == "waits"
    search.end("film", evidence=-1.0)
    instrument.session.step()
    (kept,) = instrument.state()["images"]
    assert kept["search"].startswith("found none that explains more") and kept["origin"] == "first look at film"
    search.end("film", evidence=0.99)
    instrument.session.step()
    (taken,) = instrument.state()["images"]
    assert taken["search"].startswith("took over") and taken["origin"] == "trial 3 of search of film"
    assert taken["page"] == "film/explorer.html" and taken["version"] == kept["version"] + 1
    write_film(instrument.files / "next.npy", seed=2)
    instrument.session.step()
    instrument.now += SETTLED
    instrument.session.step()
    following = instrument.state()["images"][0]
    again = Searched(instrument.series)
    instrument.begin(again)  # the search of the second image had not ended
    assert again.calls == ["again next"]
    assert following["origin"] == "search of film" and "k = 3" in following["setting"]


def test_a_bad_file_is_one_line_and_the_next_image_goes_on(instrument):
    (instrument.files / "bad.tif").write_bytes(b"no image")
    np.save(instrument.files / "noise.npy", np.random.default_rng(0).normal(size=(200, 200)))
    write_film(instrument.files / "good.npy")
    instrument.pass_time()
    instrument.pass_time(20.0)
    assert instrument.names() == ["good"]
    problems = instrument.state()["problems"]
    assert sorted(line.partition(":")[0] for line in problems) == ["bad.tif", "noise.npy"]
    wrong = [line for line in instrument.said if "good" not in line]
    assert len(wrong) == 2 and all("\n" not in line and line.startswith("ferrotune: ") for line in wrong)
    assert list(instrument.series.rows) == ["good"]
    assert not (instrument.series.folder / "bad").exists()


def test_a_file_that_is_read_before_it_is_whole_is_read_again_when_it_is(instrument):
    path = instrument.files / "slow.npy"
    np.save(path, film())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    instrument.pass_time()
    assert instrument.names() == [] and len(instrument.state()["problems"]) == 1
    path.write_bytes(whole)
    instrument.pass_time()
    assert instrument.names() == ["slow"] and instrument.state()["problems"] == []


def test_an_image_that_is_written_again_takes_the_place_of_the_first(instrument):
    path = write_film(instrument.files / "film.npy")
    instrument.pass_time()
    before = read_store(instrument.series.folder / "film/cells.zarr", "polarization")[0]["polarization"]
    write_film(path, seed=2)
    os.utime(path, ns=(1, 1))
    instrument.pass_time()
    after = read_store(instrument.series.folder / "film/cells.zarr", "polarization")[0]["polarization"]
    assert instrument.names() == ["film"] and not np.array_equal(before, after)


def test_a_session_that_begins_again_knows_what_was_done(instrument):
    write_film(instrument.files / "film.npy")
    instrument.pass_time()
    said = len(instrument.said)
    instrument.begin()
    instrument.pass_time()
    assert instrument.names() == ["film"] and len(instrument.said) == said


def test_memory_does_not_grow_from_image_to_image(instrument):
    """What an image takes is given back: ten images more need less than a third of one image's arrays."""
    process, used = psutil.Process(), []
    for number in range(14):
        write_film(instrument.files / f"film_{number}.npy", seed=number % 2 + 1)
        instrument.pass_time()
        gc.collect()
        used.append(process.memory_info().rss / 2**20)
    assert len(instrument.names()) == 14
    assert np.mean(used[-3:]) - np.mean(used[3:6]) < 8.0, used  # MB
