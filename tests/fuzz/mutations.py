"""Mutations of files: bytes that are changed, lost, doubled or taken from another file, and words of tables and YAML.

A mutated input depends on its number and on the seeds only, so that it can be made again.
"""

import re
import struct
from functools import partial

import numpy as np

from fuzz.seeds import repacked

MOST = 60_000  # bytes of an input
_EXTREMES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**31 + 1, 2**40]
_WORDS = [
    *("", " ", "null", "~", "nan", ".inf", "-.inf", "1e999", "-1", "0", "1e308", "9" * 21, "0x10", "1_0"),
    *("true", "no", "2024-11-28", "[]", "{}", "[[]]", "{a: 1}", "*a", "&a x", "<<", "!!python/object/apply:os.system"),
    *("../../x", "/etc/passwd", "~root", "$HOME", "${NONE}", "a\x00b", "\ufeff", "\u202e", "ä", "#", "'", '"', "\\"),
    *("=1+1", "+1", "@x", "-1+1", "=cmd|' /C calc'!A0", ",", ";", "\t", "\n", "|", ">", "%", "15,600", "1.5.2"),
    *("box", "box 1 1", "polygon 1 1 2 2", "box nan 0 1 1", "box 0 0 1e300 1e300", "frame=9", "x#frame=0", "doi:", "http://"),
]  # fmt: skip
_TOKEN = re.compile(r"[\w.+-]+|\s|[^\w\s]")


def _place(rng, data):
    """Where to change: anywhere, or near the start, where headers are."""
    reach = min(len(data), 600) if rng.random() < 0.5 else len(data)
    return int(rng.integers(0, max(reach, 1)))


def _flipped(rng, data, _):
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        out[_place(rng, out)] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


def _extreme(rng, data, _):
    at, number = _place(rng, data), _EXTREMES[int(rng.integers(0, len(_EXTREMES)))]
    kind = "<>"[int(rng.integers(0, 2))] + "BHIQ"[int(rng.integers(0, 4))]
    packed = struct.pack(kind, number % 256 ** struct.calcsize(kind))
    return data[:at] + packed + data[at + len(packed) :]


def _cut(rng, data, _):
    return data[: _place(rng, data)]


def _removed(rng, data, _):
    at, length = _place(rng, data), int(rng.integers(1, 65))
    return data[:at] + data[at + length :]


def _doubled(rng, data, _):
    at, length = _place(rng, data), int(rng.integers(1, 257))
    return data[: at + length] + data[at:]


def _spliced(rng, data, others):
    other = others[int(rng.integers(0, len(others)))]
    return data[: _place(rng, data)] + other[_place(rng, other) :]


def _random(rng, data, _):
    at, length = _place(rng, data), int(rng.integers(1, 33))
    return data[:at] + rng.bytes(length) + data[at + length :]


_OF_BYTES = (_flipped, _extreme, _extreme, _cut, _removed, _doubled, _spliced, _random)


def _word_changed(rng, text):
    """Text with a word replaced, removed, doubled, moved, or an extreme one added."""
    words = _TOKEN.findall(text) or [""]
    at, new = int(rng.integers(0, len(words))), _WORDS[int(rng.integers(0, len(_WORDS)))]
    kind = int(rng.integers(0, 5))
    if kind == 0:
        words[at] = new
    elif kind == 1:
        words.insert(at, new)
    elif kind == 2:
        del words[at]
    elif kind == 3:
        words[at:at] = words[at : at + int(rng.integers(1, 30))]
    else:
        other = int(rng.integers(0, len(words)))
        words[at], words[other] = words[other], words[at]
    return "".join(words)


def _sometimes(rng, change, content):
    return change(rng, content, [content]) if content and rng.random() < 0.3 else content


def _is_text(data):
    return b"\0" not in data[:200] and data[:1] not in (b"\x89", b"P", b"\x93")


def mutated(rng, data, others):
    """A mutated input.

    Parameters
    ----------
    rng : numpy.random.Generator
    data : bytes, a seed
    others : list of bytes, seeds of the same kind

    Returns
    -------
    bytes
    """
    packed = data[:2] == b"PK" and rng.random() < 0.7
    for _ in range(int(rng.integers(1, 5))):
        if _is_text(data) and rng.random() < 0.8:
            data = _word_changed(rng, data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            continue
        change = _OF_BYTES[int(rng.integers(0, len(_OF_BYTES)))]
        if packed:
            inner = repacked(data, partial(_sometimes, rng, change))
            data = data if inner is None else inner
        elif data:
            data = change(rng, data, others)
    return data[:MOST]


def case(seeds, number, seed=1):
    """The input of a number.

    Parameters
    ----------
    seeds : dict of kind -> list of (name, bytes)
    number : int
    seed : int, of the campaign

    Returns
    -------
    kind : str
    name : str, of the seed
    data : bytes
    """
    rng = np.random.default_rng([seed, number])
    kinds = [kind for kind, of in seeds.items() for _ in range(SHARES[kind])]
    kind = kinds[number % len(kinds)]
    of = seeds[kind]
    name, data = of[int(rng.integers(0, len(of)))]
    return kind, name, mutated(rng, data, [other for _, other in of])


SHARES = {"image": 12, "mask": 1, "sheet": 2, "reference": 3, "config": 2}  # of twenty inputs
