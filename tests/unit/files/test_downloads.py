"""The cache of downloads: checksums are honoured, kept, and said; a file is downloaded once."""

import hashlib
import logging

import pytest

from ferrotune.errors import InputError
from ferrotune.files.downloads import KEPT, cached_file, place
from ferrotune.files.http_download import Patience
from helpers.misbehaving import FILE, misbehaving

IMPATIENT = Patience(tries=4, pause=0.001, connect=2.0, silence=0.4, progress=1000)
MD5, SHA = hashlib.md5(FILE).hexdigest(), hashlib.sha256(FILE).hexdigest()
DOI = "doi:10.5281/zenodo.1/film.h5"


@pytest.fixture
def server(monkeypatch):
    with misbehaving() as running:
        # the two servers that a DOI needs: the one that knows where it leads, and the one of the record
        monkeypatch.setattr("pooch.downloaders.doi_to_url", lambda doi, **_: "https://zenodo.org/records/1")
        monkeypatch.setattr("pooch.downloaders.ZenodoRepository.base_api_url", f"{running.address}/api/records")
        yield running


@pytest.fixture
def fetch(tmp_path, caplog):
    """Fetch an address into the cache: its path and what the log says."""
    caplog.set_level(logging.INFO)

    def fetch(address, **given):
        caplog.clear()
        path = cached_file(address, tmp_path / "cache", patience=IMPATIENT, log=logging.getLogger("t"), **given)
        return path, caplog.text

    return fetch


def test_the_first_download_is_trusted_and_said_and_the_second_is_none(server, fetch, tmp_path):
    address = f"{server.address}/plain/film.h5"
    path, said = fetch(address)
    assert path.read_bytes() == FILE and path == place(tmp_path / "cache", address)
    assert "trusted at the first download" in said and f"sha256:{SHA}" in said
    assert (tmp_path / "cache" / KEPT).read_text() == f"{address} sha256:{SHA}\n"
    again, said = fetch(address)
    assert again == path and len(server.asked) == 1 and "is in the cache" in said


def test_a_file_that_changed_since_is_refused_until_its_line_is_removed(server, fetch, tmp_path):
    address = f"{server.address}/replaced/film.h5"
    kept = tmp_path / "cache" / KEPT
    kept.parent.mkdir()
    kept.write_text(f"{address} sha256:{SHA}\n")
    server.asked.append(("/replaced/film.h5", None))  # as if it had been asked for before: now it is another file
    with pytest.raises(
        InputError, match=r"is another file than sha256:.* as at the first download, see .*checksums.txt"
    ):
        fetch(address)
    assert not place(tmp_path / "cache", address).exists()
    kept.write_text("")
    assert fetch(address)[0].read_bytes() == FILE[::-1]


def test_a_damaged_file_in_the_cache_is_downloaded_again(server, fetch):
    address = f"{server.address}/plain/film.h5"
    path, _ = fetch(address)
    path.write_bytes(FILE[:-1])
    assert fetch(address)[0].read_bytes() == FILE


def test_the_checksum_of_the_record_is_honoured_and_kept(server, fetch, tmp_path):
    path, said = fetch(DOI)
    assert path == tmp_path / "cache" / "10.5281" / "zenodo.1" / "film.h5" and path.read_bytes() == FILE
    assert f"md5:{MD5}; as the record says" in said
    assert [asked for asked, _ in server.asked] == ["/api/records/1", "/api/records/1", "/plain/film.h5"]  # 502 first
    path.unlink()
    mirror, said = fetch(DOI, base=f"{server.address}/plain/")
    assert server.asked[-1][0] == "/plain/10.5281/zenodo.1/film.h5"
    assert f"md5:{MD5}; as at the first download" in said and mirror.read_bytes() == FILE


def test_a_mirror_is_asked_alone_and_the_list_of_the_user_comes_first(server, fetch, tmp_path):
    listed = tmp_path / "known.txt"
    listed.write_text(f"# of the record\n{DOI} md5:{MD5.upper()}\n")
    path, said = fetch(DOI, base=f"{server.address}/plain", checksums=listed)
    assert path.read_bytes() == FILE and f"as in {listed}" in said
    assert [asked for asked, _ in server.asked] == ["/plain/10.5281/zenodo.1/film.h5"]
    path.unlink()
    listed.write_text(f"{DOI} md5:{MD5[::-1]}\n")
    with pytest.raises(InputError, match=f"is another file than md5:{MD5[::-1]} as in "):
        fetch(DOI, base=f"{server.address}/plain", checksums=listed)


def test_pieces_with_a_wrong_checksum_are_downloaded_once_more_as_a_whole(server, fetch, tmp_path):
    address, listed = f"{server.address}/mixed/film.h5", tmp_path / "known.txt"
    listed.write_text(f"{address} sha256:{hashlib.sha256(FILE[::-1]).hexdigest()}\n")
    path, said = fetch(address, checksums=listed)
    assert path.read_bytes() == FILE[::-1] and "the checksum of the pieces is wrong" in said
    assert [asked for _, asked in server.asked] == [None, "bytes=20000-", None]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("doi:10.5281/zenodo.1/lost.h5", r"the record has no file lost.h5; it has film.h5"),
        ("doi:10.5281/zenodo.1", r"a file of a DOI reads doi:10.5281/zenodo.4555979/FILE; correct it"),
    ],
)
def test_a_file_that_the_record_does_not_have(server, fetch, address, words):
    with pytest.raises(InputError, match=words):
        fetch(address)


def test_a_record_that_cannot_be_reached_or_is_none(server, fetch, monkeypatch):
    monkeypatch.setattr("pooch.downloaders.ZenodoRepository.base_api_url", "http://127.0.0.1:9")
    with pytest.raises(
        InputError, match=r"record of doi:10.5281/zenodo.1 cannot be read \(the server cannot be reached"
    ):
        fetch(DOI)
    monkeypatch.setattr("pooch.downloaders.ZenodoRepository.base_api_url", f"{server.address}/plain")
    with pytest.raises(InputError, match=r"record of doi:10.5281/zenodo.1 cannot be read"):
        fetch(DOI)


def test_a_list_that_cannot_be_read_is_said(server, fetch, tmp_path):
    listed = tmp_path / "known.txt"
    for text in (f"{DOI}\n", f"{DOI} nonsense:12\n"):
        listed.write_text(text)
        with pytest.raises(InputError, match=r"known.txt: .*; a line reads: ADDRESS md5:CHECKSUM"):
            fetch(DOI, checksums=listed)


def test_no_address_leads_out_of_the_cache(tmp_path):
    for address in (
        "https://host/../../etc/passwd",
        "https://../x",
        "doi:10.1/..",
        "https://host/%2e%2e",
        "https://h/..",
    ):
        try:
            found = place(tmp_path, address)
        except InputError:
            continue
        assert tmp_path in found.resolve().parents and found.name.strip(".")
