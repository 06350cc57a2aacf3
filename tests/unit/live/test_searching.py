"""Searches in the background: the newest image first, one at a time, and none while an image is measured."""

import sys
import time
from types import SimpleNamespace

import pytest

from ferrotune.live.searching import BackgroundSearch

COUNTS = "import sys, time\nwhile True:\n    print(1, file=open(sys.argv[1], 'a'))\n    time.sleep(0.01)\n"
PATIENCE = 30.0  # s, on a machine under load


@pytest.fixture
def search(tmp_path, monkeypatch):
    """Searches whose commands are a line of Python: of the image `bad` it fails."""
    found = BackgroundSearch(SimpleNamespace(folder=tmp_path), cores=1)
    monkeypatch.setattr(
        found, "_targets", lambda image: [[sys.executable, "-c", f"raise SystemExit({image == 'bad'})"]] * 2
    )
    yield found
    found.stop()


def ended(search, count):
    """What `step` gives of the next searches that end."""
    found, end = [], time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < end
        found += [one for one in [search.step()] if one]
        time.sleep(0.01)
    return found


def test_the_newest_is_searched_first_and_one_that_fails_does_not_stop_the_others(search):
    for image in ("old", "bad", "new"):
        search.add(image)
    assert ended(search, 3) == [("new", True), ("bad", False), ("old", True)]
    assert not search.is_busy()


def test_an_image_that_is_added_again_is_searched_once(search):
    for image in ("one", "two", "one"):
        search.add(image)
    assert ended(search, 2) == [("one", True), ("two", True)]


def test_a_paused_search_computes_nothing_and_goes_on(search, tmp_path, monkeypatch):
    counted = tmp_path / "counted"
    monkeypatch.setattr(search, "_targets", lambda image: [[sys.executable, "-c", COUNTS, str(counted)]])

    def wait_for_more(than):
        end = time.monotonic() + PATIENCE
        while not counted.exists() or counted.stat().st_size <= than:
            assert time.monotonic() < end
            time.sleep(0.01)

    search.add("one")
    search.step()
    wait_for_more(than=0)
    search.pause()
    time.sleep(0.1)
    size = counted.stat().st_size
    time.sleep(0.3)
    assert counted.stat().st_size == size
    search.resume()
    wait_for_more(than=size)
    search.stop()
    assert not search.is_busy()
