"""A watched folder gives each image once it is whole; the clock is the test's own."""

import os

import pytest

from ferrotune.errors import InputError
from ferrotune.live.folder import RETRY, SETTLED, WatchedFolder


class Watched:
    """A folder, watched by a clock that the test sets."""

    def __init__(self, folder):
        self.folder, self.now = folder, 0.0
        self.watched = WatchedFolder(folder, clock=lambda: self.now)

    def write(self, name, size, date=1):
        (self.folder / name).write_bytes(b"." * size)
        os.utime(self.folder / name, ns=(date, date))

    def look(self, seconds=0.0):
        """Names of what is whole, when so many seconds have passed."""
        self.now += seconds
        return [path.name for path in self.watched.look()]


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path)


def test_a_file_that_grows_is_given_once_and_only_when_it_has_stopped_growing(watched):
    found = []
    for size in (10, 20, 30):
        watched.write("film.dm4", size)
        found += watched.look(0.9 * SETTLED)
    assert found == []
    assert watched.look(SETTLED) == ["film.dm4"]
    assert watched.look(100 * SETTLED) == []


def test_a_file_that_is_filled_without_growing_is_not_whole_while_its_date_changes(watched):
    found = []
    for date in (1, 2, 3):
        watched.write("film.tif", 30, date)
        found += watched.look(0.9 * SETTLED)
    assert found == [] and watched.look(SETTLED) == ["film.tif"]


def test_the_oldest_is_given_first_and_only_images_are(watched):
    for name, date in (("b.tif", 2), ("a.tif", 3), ("c.tif", 1), ("notes.txt", 1), (".d.tif", 1), ("e.tif.part", 1)):
        watched.write(name, 10, date)
    watched.look()
    assert watched.look(SETTLED) == ["c.tif", "b.tif", "a.tif"]


def test_a_file_that_could_not_be_read_is_given_once_more_and_then_only_when_it_has_changed(watched):
    watched.write("film.tif", 10)
    watched.look()
    assert watched.look(SETTLED) == ["film.tif"]
    path = watched.folder / "film.tif"
    assert watched.watched.set_aside(path) and watched.watched.is_waiting()
    assert watched.look(SETTLED) == [] and watched.look(RETRY) == ["film.tif"]
    assert not watched.watched.set_aside(path) and not watched.watched.is_waiting()
    assert watched.look(10 * RETRY) == []
    watched.write("film.tif", 20)
    watched.look()
    assert watched.look(SETTLED) == ["film.tif"]


def test_a_file_that_was_analysed_in_an_earlier_session_is_not_given_unless_it_has_changed(watched):
    watched.write("film.tif", 10, date=5)
    watched.watched.know(watched.folder / "film.tif", [10, 5])
    watched.look()
    assert watched.look(SETTLED) == []
    watched.write("film.tif", 10, date=6)
    watched.look()
    assert watched.look(SETTLED) == ["film.tif"]


def test_a_file_that_changes_while_it_is_read_is_noticed(watched):
    watched.write("film.tif", 10)
    watched.look()
    watched.look(SETTLED)
    assert watched.watched.is_unchanged(watched.folder / "film.tif")
    watched.write("film.tif", 11)
    assert not watched.watched.is_unchanged(watched.folder / "film.tif")


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no such folder; name the folder that the microscope writes to"):
        WatchedFolder(tmp_path / "none")
