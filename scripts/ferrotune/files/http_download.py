"""A file from an address: what was cut off is gone on with, and what fails for a while is tried again."""

import contextlib
import json
import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from tqdm import tqdm

from ferrotune import __version__
from ferrotune.errors import InputError

BLOCK = 2**18  # bytes taken from the network at once
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # answers of a server that may be another one in a while
FOR_GOOD = (requests.exceptions.SSLError, requests.TooManyRedirects, requests.exceptions.InvalidSchema)
FOR_GOOD += (requests.exceptions.MissingSchema, requests.exceptions.InvalidURL)
DECODED = ("gzip", "deflate", "x-gzip")  # encodings that every installation can undo
PARTIAL = ".part"  # ending of a file that is not complete yet; its version is beside it, with .json
# What a user can read: names of the most common errors, in the words of requests, are lines long.
UNKNOWN = "the name of the server is unknown here"
HOPELESS = 3  # failures that this one counts for: without a network every file of a record would take half a minute
WORDS = (
    (urllib3.exceptions.NameResolutionError, UNKNOWN),
    (urllib3.exceptions.NewConnectionError, "the server cannot be reached"),
    (urllib3.exceptions.ConnectTimeoutError, "the server does not answer"),
    (urllib3.exceptions.ReadTimeoutError, "the server fell silent"),
    (urllib3.exceptions.IncompleteRead, "the connection was cut"),
    (urllib3.exceptions.ProtocolError, "the connection was cut"),
)


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for. Ours: half a minute over all tries, since a user waits for the answer.

    Attributes
    ----------
    tries : int, failures in a row after which it is given up; a try that brought new bytes begins the count again
    pause : float, s before the second try; doubled before each further one
    longest : float, s of the longest pause, also where the server asks for a longer one (Retry-After)
    connect, silence : float, s that a connection may take to be made, and then stay without a byte
    pace : float, bytes/s below which the connection counts as cut, over `silence`
    progress : int, bytes of a try that begin the count of failures again
    """

    tries: int = 6
    pause: float = 1.0
    longest: float = 120.0
    connect: float = 15.0
    silence: float = 60.0
    pace: float = 1000.0
    progress: int = 2**20

    def wait(self, failures, asked=0.0):
        """Wait after so many failures in a row, or as long as the server asks for; s that were waited."""
        pause = min(max(asked, self.pause * 2 ** (failures - 1)), self.longest)
        time.sleep(pause)
        return pause


class _Passing(Exception):
    """What may be over at the next try; `wait` (s) is what the server asks for."""

    def __init__(self, reason, wait=0.0):
        super().__init__(reason)
        self.wait = wait


def weight(reason):
    """How many failures one of this reason counts for."""
    return HOPELESS if reason == UNKNOWN else 1


def reason_of(error):
    """An error of requests or urllib3 in a few words."""
    while error is not None:
        for kind, words in WORDS:
            if isinstance(error, kind):
                return words
        inner = getattr(error, "reason", None) or next((e for e in error.args if isinstance(e, Exception)), None)
        if not isinstance(inner, Exception):
            break
        error = inner
    return (str(error).strip().partition("\n")[0] or type(error).__name__)[:200]


def _version(response):
    """What says that an answer is of the same file as another one (dict): its tag, its date and its length."""
    headers = response.headers
    tag = headers.get("ETag", "")
    total = re.fullmatch(r"bytes \d+-\d+/(\d+)", headers.get("Content-Range", ""))
    length = total[1] if total else headers.get("Content-Length", "")
    strong = "" if tag.startswith("W/") else tag  # a weak tag may stand for other bytes
    return {
        "tag": strong,
        "date": headers.get("Last-Modified", ""),
        "length": int(length) if length.isdecimal() else None,
    }


def _kept(part):
    """Version (dict) that a partial file is of, and its bytes; nothing of it where it cannot be gone on with."""
    try:
        version = json.loads(Path(f"{part}.json").read_text())
        named = (version["tag"] or version["date"]) and version["length"]
        return (version, part.stat().st_size) if named else ({}, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return {}, 0


def drop_partial(path):
    """Remove what is there of a file that was to be downloaded to a path."""
    for ending in (PARTIAL, f"{PARTIAL}.json"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _copy(response, stream, total, have, name, patience):
    """Write the body of an answer to a stream; of a compressed answer what it holds."""
    encoded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    begun, before = time.monotonic(), have
    # without a terminal there is no bar
    with tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=name, disable=None, leave=False) as bar:
        while data := response.raw.read1(BLOCK, decode_content=encoded):
            stream.write(data)
            have += len(data)
            bar.update(len(data))
            now = time.monotonic()
            if now - begun > patience.silence:
                if have - before < patience.pace * (now - begun):
                    raise _Passing(f"the server sends less than {patience.pace:g} bytes a second")
                begun, before = now, have
    return have


def _checked(response, address):
    """Whether an answer is compressed; raises where it is no file, for a while (_Passing) or for good (InputError)."""
    if response.status_code in PASSING:
        asked = response.headers.get("Retry-After", "")
        wait = float(asked) if asked.isdecimal() else 0.0
        raise _Passing(f"the server answers {response.status_code} {response.reason}", wait)
    if response.status_code not in (200, 206):
        raise InputError(
            f"could not be downloaded (the server answers {response.status_code} {response.reason} for {address}); "
            "correct the address"
        )
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", *DECODED):
        raise InputError(f"could not be downloaded (the server sends it as {encoding}); download it by hand")
    return encoding != "identity"


def _once(address, part, patience):
    """Fetch what is missing of a partial file; whether it was gone on with."""
    known, have = _kept(part)
    if have and have == known["length"]:  # it was killed at the very end
        return True
    # a compressed answer has other bytes than the file, which then cannot be gone on with
    headers = {"Accept-Encoding": "identity", "User-Agent": f"ferrotune/{__version__}"}
    if have:
        headers["Range"] = f"bytes={have}-"
    timeout = (patience.connect, patience.silence)
    with requests.get(address, headers=headers, stream=True, timeout=timeout) as response:
        if response.status_code == 416:
            drop_partial(part.with_suffix(""))
            raise _Passing("the file on the server is shorter than it was")
        encoded, version = _checked(response, address), _version(response)
        goes_on = response.status_code == 206
        begins = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if goes_on and (encoded or version != known or not begins or int(begins[1]) != have):
            drop_partial(part.with_suffix(""))
            raise _Passing("the file on the server is another one than before")
        have = have if goes_on else 0
        if not goes_on:
            Path(f"{part}.json").write_text(json.dumps({} if encoded else version))
        total = None if encoded else version["length"]
        with part.open("ab" if goes_on else "wb") as stream:
            have = _copy(response, stream, total, have, part.stem, patience)
    if total is not None and have != total:
        raise _Passing(f"{have} of {total} bytes came")
    return goes_on


def _size(part):
    """Bytes of a partial file."""
    with contextlib.suppress(OSError):
        return part.stat().st_size
    return 0


def download(address, path, patience=None, log=None):
    """Download a file.

    What is there of it is in `path` with the ending `.part`, and stays where the download is given up, so that a later
    call goes on with it (HTTP Range). It is gone on with only where the server says by a tag or a date that the file is
    still the same one, and how long it is.

    Parameters
    ----------
    address : str, http or https
    path : Path of the file to write; its folder must exist
    patience : Patience, how often and how long is waited
    log : logging.Logger that is told of every failed try

    Returns
    -------
    bool
        Whether the file was made of more than one answer, so that a wrong checksum may come from that.

    Raises
    ------
    InputError
        Where the address is wrong, the disk is full, or the server fails again and again.
    """
    patience, log = patience or Patience(), log or logging.getLogger("ferrotune")
    part = Path(f"{path}{PARTIAL}")
    failures, reached = 0, _size(part)
    while True:
        try:
            pieced = _once(address, part, patience)
            part.replace(path)
            drop_partial(path)
            return pieced
        except InputError:
            raise
        except FOR_GOOD as error:
            raise InputError(f"could not be downloaded ({reason_of(error)}); check the address {address}") from None
        except (_Passing, requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError) as error:
            reason, asked = reason_of(error), getattr(error, "wait", 0.0)
        except OSError as error:
            raise InputError(
                f"cannot be written to {part}: {error.strerror}; make room, or set download.cache"
            ) from None
        failures = 0 if _size(part) >= reached + patience.progress else failures
        failures += weight(reason)
        reached = max(reached, _size(part))
        if failures >= patience.tries:
            held = f"; {reached / 1e6:.0f} MB are kept, run again to go on" if _kept(part)[1] else ""
            raise InputError(f"could not be downloaded ({reason}); check the network and the address{held}")
        log.info("%s: %s; tried again after %g s", address, reason, patience.wait(failures, asked))
