"""Downloads from a server that misbehaves: the file comes whole, or one line says why not."""

import errno
import logging

import pytest

from ferrotune.errors import InputError
from ferrotune.files import http_download
from ferrotune.files.http_download import Patience, download
from helpers.misbehaving import FILE, OTHER, misbehaving

IMPATIENT = Patience(tries=4, pause=0.001, connect=2.0, silence=0.4, pace=30_000.0, progress=1000)


@pytest.fixture
def server():
    with misbehaving() as running:
        yield running


def fetched(server, way, folder):
    path = folder / "film.h5"
    pieced = download(f"{server.address}/{way}/film.h5", path, IMPATIENT)
    assert [file.name for file in folder.iterdir()] == ["film.h5"]  # and no parts
    return path.read_bytes(), pieced, [asked for _, asked in server.asked]


@pytest.mark.parametrize(
    ("way", "ranges"),
    [
        ("plain", [None]),
        ("moved", [None, None]),
        ("failing", [None] * 3),
        ("cut", [None, *(f"bytes={n}0000-" for n in range(1, 6))]),  # more cuts than tries: each brings new bytes
        ("whole_only", [None, "bytes=20000-"]),
        ("untagged", [None, None]),
        ("silent", [None, "bytes=20000-"]),
        ("gzip", [None, None]),
    ],
)
def test_the_file_comes_whole(server, tmp_path, way, ranges):
    content, _, asked = fetched(server, way, tmp_path)
    assert content == FILE and asked == ranges


def test_a_slow_connection_is_left_and_gone_on_with(server, tmp_path):
    content, pieced, asked = fetched(server, "slow", tmp_path)
    assert content == FILE and pieced and len(asked) == 2 and 0 < int(asked[1][6:-1]) < len(FILE)


def test_pieces_of_two_versions_are_never_joined(server, tmp_path):
    content, _, asked = fetched(server, "replaced", tmp_path)
    assert content == OTHER and asked == [None, "bytes=20000-", None]


@pytest.mark.parametrize(
    ("way", "words", "tries"),
    [
        ("missing", r"the server answers 404 Not Found for http.*correct the address", 1),
        ("down", r"the server answers 503 Service Unavailable\); check the network", 4),
        ("loop", r"Exceeded 30 redirects", 31),
        ("brotli", r"sends it as br\); download it by hand", 1),
        ("always_cut", r"the connection was cut.*0 MB are kept, run again to go on", 4),
    ],
)
def test_what_does_not_come_is_one_line(server, tmp_path, way, words, tries):
    with pytest.raises(InputError, match=words) as error:
        download(f"{server.address}/{way}/film.h5", tmp_path / "film.h5", IMPATIENT)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300
    assert len(server.asked) == tries and not (tmp_path / "film.h5").exists()


def test_a_later_call_goes_on_with_what_is_there(server, tmp_path):
    once = Patience(tries=1, pause=0.0, progress=10**9)
    with pytest.raises(InputError, match="run again to go on"):
        download(f"{server.address}/cut/film.h5", tmp_path / "film.h5", once)
    assert fetched(server, "cut", tmp_path)[0] == FILE
    assert server.asked[1] == ("/cut/film.h5", "bytes=10000-")


def test_a_part_that_is_complete_is_asked_for_no_more(server, tmp_path):
    (tmp_path / "film.h5.part").write_bytes(FILE)
    (tmp_path / "film.h5.part.json").write_text('{"tag": "\\"1\\"", "date": "", "length": 51200}')
    assert fetched(server, "plain", tmp_path) == (FILE, True, [])
    (tmp_path / "film.h5").unlink()
    (tmp_path / "film.h5.part").write_bytes(FILE + b"more")
    (tmp_path / "film.h5.part.json").write_text("{")
    assert fetched(server, "plain", tmp_path) == (FILE, False, [None])


def test_no_server_and_no_network(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with pytest.raises(InputError, match="the server cannot be reached"):
        download("http://127.0.0.1:9/film.h5", tmp_path / "film.h5", IMPATIENT)
    assert caplog.text.count("tried again after") == 3
    with pytest.raises(InputError, match="the name of the server is unknown here"):
        download("http://no.such.server.invalid/film.h5", tmp_path / "film.h5", IMPATIENT)
    with pytest.raises(InputError, match="check the address"):
        download("ftp://127.0.0.1/film.h5", tmp_path / "film.h5", IMPATIENT)


def test_a_full_disk_is_said(server, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(http_download, "_copy", full)
    with pytest.raises(InputError, match=r"No space left on device; make room, or set download\.cache"):
        download(f"{server.address}/plain/film.h5", tmp_path / "film.h5", IMPATIENT)


def test_a_server_is_not_waited_for_longer_than_the_longest_pause(monkeypatch):
    pauses = []
    monkeypatch.setattr(http_download.time, "sleep", pauses.append)
    patience = Patience()
    waited = [patience.wait(failures) for failures in range(1, 6)] + [patience.wait(1, 30.0), patience.wait(1, 1e6)]
    assert pauses == waited == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 120.0]
