"""The older packing of the public Sm-BFO record (Zenodo 4876786): one pickled dictionary, read without executing it.

The file is `composition_series_dict_full.npy`: a numpy array that holds one Python dictionary of dictionaries of
arrays, the coordinate last. An image in it is named `FILE.npy#KEY`. A pickle is a program, and `numpy.load` with
`allow_pickle` runs whatever it says. Here its instructions are read first, and a file with others than those that
build arrays, numbers, texts, lists and dictionaries is refused. What numpy would build from the file, dtypes above
all, is built from checked values by classes of this module, since numpy trusts the state that a pickle gives it.
"""

import itertools
import math
import pickle
import pickletools
import re
from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry

_ALLOWED = """
PROTO FRAME STOP MARK MEMOIZE BINPUT LONG_BINPUT BINGET LONG_BINGET NONE NEWTRUE NEWFALSE
BININT BININT1 BININT2 LONG1 BINFLOAT SHORT_BINBYTES BINBYTES BINBYTES8 SHORT_BINUNICODE BINUNICODE BINUNICODE8
EMPTY_LIST APPEND APPENDS LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT SETITEM SETITEMS
GLOBAL STACK_GLOBAL REDUCE BUILD
"""
INSTRUCTIONS = frozenset(_ALLOWED.split())
# Ours. An array takes some thirty instructions and five tuples, so these are room for thousands of arrays; the record
# is expected to have some two hundred. They keep small: the memory of places (LONG_BINPUT), tuples within tuples.
MOST_INSTRUCTIONS, MOST_TUPLES = 100_000, 20_000
_PLAIN = re.compile(r"b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,4}|O8?")  # numbers, texts, and O, whose values are a list
_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")  # by numpy 1, and by numpy 2


class _DType:
    """A dtype as pickled: its code, and the order of its bytes."""

    __slots__ = ("code", "order")

    def __init__(self, code, align=False, copy=False):
        if not isinstance(code, str) or not _PLAIN.fullmatch(code):
            raise ValueError(f"an array of {code!r}, which is neither number nor text")
        self.code, self.order = code, "|"

    def __setstate__(self, state):
        order, parts = state[1], state[2:5]
        if order not in ("<", ">", "|", "=") or parts != (None, None, None):
            raise ValueError("an array with fields")
        self.order = order

    def values(self, raw, count):
        """`count` values (1-D array) of some bytes."""
        if not isinstance(raw, bytes):
            raise ValueError("an array without its bytes")
        return np.frombuffer(raw, np.dtype(self.order + self.code), count)


class _Array:
    """An array as pickled. `values` is the array, or of an array of objects the list of them."""

    __slots__ = ("values",)

    def __setstate__(self, state):
        _, shape, dtype, fortran, raw = state
        count = math.prod(shape)
        if dtype.code.startswith("O"):
            if not isinstance(raw, list) or len(raw) != count:
                raise ValueError("an array of objects without its objects")
            self.values = raw
        else:
            flat = dtype.values(raw, count)
            if flat.nbytes != len(raw):
                raise ValueError("an array whose bytes do not fit its shape")
            self.values = flat.reshape(shape, order="F" if fortran else "C")


def _begun(kind, shape, code):
    """An array that is still empty."""
    return _Array()


def _scalar(dtype, raw):
    """One number or text of numpy."""
    return dtype.values(raw, 1)[0]


def _latin1(text, encoding):
    """Bytes that an older pickle holds as text."""
    if encoding != "latin1":
        raise ValueError(f"text in {encoding!r}")
    return text.encode("latin1")


def _no_bytes():
    """Empty bytes, as an older pickle asks for them."""
    return b""


_KNOWN = {("__builtin__", "bytes"): _no_bytes}
_KNOWN |= {("numpy", "dtype"): _DType, ("numpy", "ndarray"): "ndarray", ("_codecs", "encode"): _latin1}
_KNOWN |= {(module, "_reconstruct"): _begun for module in _MULTIARRAY}
_KNOWN |= {(module, "scalar"): _scalar for module in _MULTIARRAY}


class _Unpickler(pickle.Unpickler):
    """An unpickler for which only the names in `_KNOWN` exist."""

    def find_class(self, module, name):
        if (module, name) not in _KNOWN:
            raise InputError(f"it holds an object of {module}.{name}, and only arrays, numbers and texts are read")
        return _KNOWN[module, name]


def _check_instructions(stream):
    """Read the instructions of a pickle without following them; InputError for one that no array needs."""
    tuples = 0
    for count, (instruction, argument, _) in enumerate(pickletools.genops(stream)):
        name = instruction.name
        if name not in INSTRUCTIONS:
            raise InputError(f"it holds the instruction {name}, and only arrays, numbers and texts are read")
        tuples += name.startswith("TUPLE")
        places = name == "LONG_BINPUT" and argument > MOST_INSTRUCTIONS
        if places or count >= MOST_INSTRUCTIONS or tuples > MOST_TUPLES:
            raise InputError(f"it holds more than {MOST_INSTRUCTIONS} things, and the record has far fewer")


def _series(file):
    """The one Python object of an npy file, or None where it holds something else."""
    with file.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, _, dtype = read(stream)
        if not dtype.hasobject or math.prod(shape) != 1:
            return None
        begin = stream.tell()
        _check_instructions(stream)
        stream.seek(begin)
        packed = _Unpickler(stream).load()
    return packed.values[0] if isinstance(packed, _Array) and isinstance(packed.values, list) else None


def _plain(value):
    """A value of the record as numpy has it: an array that may be written, or what the pickle says."""
    if not isinstance(value, _Array):
        return value
    if isinstance(value.values, list):
        return value.values
    return np.array(value.values, value.values.dtype.newbyteorder("="))  # a copy: the bytes of a pickle are read-only


def is_packed(path):
    """True for a path of the older packing, `FILE.npy#KEY`."""
    file, entry = split_entry(path)
    return file.endswith(".npy") and entry is not None


def read_packed(path):
    """One image's entry of the older packing.

    Parameters
    ----------
    path : str or Path
        `FILE.npy#KEY`, for example `composition_series_dict_full.npy#Sm_0_0`.

    Returns
    -------
    dict
        `main_image` (y, x), `xy_COM` and `Pxy` (cell, 2) and more, as packed.

    Raises
    ------
    InputError
        For a file that is missing, unreadable or not such a dictionary, that holds anything but arrays, numbers, texts,
        lists and dictionaries, and for an unknown key.
    """
    name, key = split_entry(path)
    file = Path(name)
    if file.suffix != ".npy" or not key:
        raise InputError(f"{path} must be FILE.npy#KEY, for example composition_series_dict_full.npy#Sm_0_0")
    if not file.is_file():
        raise InputError(f"packed record {file} does not exist; correct the path or download it")
    try:
        series = _series(file)
    except InputError as error:
        raise InputError(f"packed record {file} is refused: {error}; take the file of the record itself") from None
    except Exception as error:  # a pickle cut short can raise anything
        reason = str(error).strip().partition("\n")[0][:200] or type(error).__name__
        raise InputError(
            f"packed record {file} cannot be read ({reason}); it may be cut short: fetch it again"
        ) from error
    if not isinstance(series, dict):
        raise InputError(f"{file} is not the packed record (a dictionary); leave out #{key} to read it as an image")
    if not isinstance(series.get(key), dict):
        known = ", ".join(itertools.islice((name for name in series if isinstance(name, str)), 100))
        raise InputError(f"{file} has no image {key!r}; choose one of: {known}")
    return {name: _plain(value) for name, value in series[key].items() if isinstance(name, str)}
