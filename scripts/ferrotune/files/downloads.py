"""Files that a sample sheet names by DOI or address: kept in a cache, and checked by their checksums.

A checksum is taken from the user's list, else from what was kept at an earlier download, else from the record that the
DOI names. Where there is none, the first download is trusted, and its checksum is kept for the later ones. Both lists
have the format of pooch's registries: a line for each file, its DOI or address and `ALGORITHM:CHECKSUM`.
"""

import fcntl
import hashlib
import logging
import re
import shlex
import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import pooch
import requests
from pooch.downloaders import REQUESTS_HEADERS, doi_to_repository

from ferrotune.errors import InputError
from ferrotune.files.http_download import Patience, download, drop_partial, reason_of, weight

KEPT = "checksums.txt"  # in the cache: of every file that was downloaded
pooch.get_logger().setLevel("ERROR")  # the log of the job says it
_UNFIT = re.compile(r"[^A-Za-z0-9._+-]|^\.+")


def _listed(path):
    """Checksums (dict by address) of a list; InputError where it cannot be read."""
    holder = pooch.create(path=".", base_url="")
    try:
        holder.load_registry(path)
        for checksum in holder.registry.values():
            hashlib.new(pooch.hashes.hash_algorithm(checksum))
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"checksums {path}: {reason}; a line reads: ADDRESS md5:CHECKSUM") from None
    return holder.registry


def _keep(path, address, checksum):
    """Add a checksum to the list of the cache, in one write, so that downloads side by side do not mix theirs."""
    with open(path, "a", encoding="utf-8") as listed:
        listed.write(f"{shlex.quote(address)} {checksum}\n")


@contextmanager
def _alone(path):
    """Let no other process download the same file: it waits, and then finds it."""
    with open(path.with_name(f".{path.name}.lock"), "w") as lock:  # it stays: another process may wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _parts(address):
    """The DOI (or None) and the name of the file of an address."""
    if not address.startswith("doi:"):
        return None, urlsplit(address).path.rpartition("/")[2] or "file"
    doi, _, name = address.removeprefix("doi:").rpartition("/")
    if doi.count("/") != 1 or not name:
        raise InputError(f"{address}: a file of a DOI reads doi:10.5281/zenodo.4555979/FILE; correct it")
    return doi, name


def place(cache, address):
    """Path in the cache of the file of an address.

    Examples
    --------
    >>> place("cache", "doi:10.5281/zenodo.4555979/SM_10_0_HAADF.h5").as_posix()
    'cache/10.5281/zenodo.4555979/SM_10_0_HAADF.h5'
    """
    doi, name = _parts(address)
    own = f"{urlsplit(address).netloc}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"
    folders = doi.split("/") if doi else [own]
    return Path(cache, *(_UNFIT.sub("_", part) for part in (*folders, name)))


def _in_record(doi, name, timeout):
    """Address of a file of a DOI's record, and its checksum as the record says it, or None."""
    record = doi_to_repository(doi, headers=REQUESTS_HEADERS, timeout=timeout)
    holder = pooch.create(path=".", base_url="")
    record.populate_registry(holder)
    if name not in holder.registry:
        has = ", ".join(sorted(holder.registry)[:30])
        raise InputError(f"doi:{doi}/{name}: the record has no file {name}; it has {has}")
    return record.download_url(name), holder.registry[name] or None


def _of_record(doi, name, patience):
    """`_in_record`, tried again where the network or the server fails."""
    failures, advice = 0, "correct the DOI, or give the file's address"
    while True:
        try:
            return _in_record(doi, name, (patience.connect, patience.silence))
        except InputError:
            raise
        except requests.RequestException as error:
            reason, status = reason_of(error), getattr(error.response, "status_code", None)
            failures = patience.tries if status in (404, 410) else failures + weight(reason)
            advice = advice if status in (404, 410) else "check the network, or set download.base to a mirror"
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # no answer that pooch expects
            reason, failures = str(error).partition("\n")[0] or type(error).__name__, patience.tries
        if failures >= patience.tries:
            raise InputError(f"could not be downloaded: the record of doi:{doi} cannot be read ({reason}); {advice}")
        patience.wait(failures)


def _known(address, cache, checksums):
    """Checksum that is known without asking anyone, and where from; two None where there is none."""
    lists = [(checksums, f"as in {checksums}")] if checksums else []
    kept = Path(cache, KEPT)
    lists += [(kept, f"as at the first download, see {kept}")] if kept.is_file() else []
    for path, said in lists:
        if checksum := _listed(path).get(address):
            return checksum, said
    return None, None


def _source(address, base, patience):
    """Where a file is fetched from (str), and its checksum where the record says it."""
    doi, name = _parts(address)
    if doi is None:
        return address, None
    return (f"{base.rstrip('/')}/{doi}/{quote(name)}", None) if base else _of_record(doi, name, patience)


def cached_file(address, cache, base=None, checksums=None, patience=None, log=None):
    """Path of the file of an address in the cache; downloaded, unless it is there.

    Parameters
    ----------
    address : str
        http or https, or `doi:10.5281/zenodo.4555979/FILE`.
    cache : path of the folder of the cache
    base : str or None
        Address of a mirror; a file of a DOI is then fetched from `BASE/10.5281/zenodo.4555979/FILE`, and the DOI's own
        server is not asked.
    checksums : path of a list of checksums, or None
    patience : ferrotune.files.http_download.Patience
    log : logging.Logger that is told where the checksum is from, and of failed tries

    Returns
    -------
    Path

    Raises
    ------
    InputError
        Where the file cannot be had, or is another one than its checksum says.
    """
    patience, log, target = patience or Patience(), log or logging.getLogger("ferrotune"), place(cache, address)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target):
            return _fetched(address, target, cache, base, checksums, patience, log)
    except OSError as error:
        raise InputError(f"cannot be kept in {target.parent}: {error.strerror}; set download.cache") from None


def _fetched(address, target, cache, base, checksums, patience, log):
    """`cached_file` for a process that is alone."""
    known, said = _known(address, cache, checksums)
    if target.is_file() and known and pooch.hashes.hash_matches(target, known):
        log.info("%s is in the cache; %s, %s", target, known, said)
        return target
    source, of_record = _source(address, base, patience)
    known, said = (known, said) if known else (of_record, "as the record says")
    for again in (True, False):
        pieced = []
        fetch = partial(_fetch, pieced, target, patience, log)
        try:
            pooch.retrieve(source, known, target.name, target.parent, downloader=fetch)
            break
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            if not (again and any(pieced)):  # pieces may be of two versions: once more, as a whole
                raise InputError(
                    f"{source} is another file than {known} {said}; ask who keeps it, or correct the checksum"
                ) from None
            log.info("%s: the checksum of the pieces is wrong; downloaded again as a whole", address)
    found = known or f"sha256:{pooch.file_hash(str(target))}"
    if not known:
        said = f"its checksum was not known before: trusted at the first download, and kept in {Path(cache, KEPT)}"
    log.info("%s from %s; %s; %s", target, source, found, said)
    if _known(address, cache, None)[0] != found:
        _keep(Path(cache, KEPT), address, found)
    return target


def _fetch(pieced, target, patience, log, source, output, _):
    """Download for pooch, which checks the file and moves it to its place; parts are beside that place."""
    beside = target.with_name(f".{target.name}")
    pieced.append(download(source, beside, patience, log))
    shutil.move(beside, output)
    drop_partial(beside)
