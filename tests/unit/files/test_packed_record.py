"""The older packing of the record is read as numpy reads it, and a hostile file executes nothing."""

import collections
import io
import os
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.files.packed_record import read_packed

RNG = np.random.default_rng(0)
ENTRY = {
    "main_image": RNG.normal(size=(5, 7)).astype(np.float32),
    "xy_COM": np.asfortranarray(RNG.normal(size=(4, 2))),
    "swapped": np.arange(6).astype(">i4").reshape(2, 3),
    "mask": np.array([True, False]),
    "names": np.array(["A", "Bi"]),
    "empty": np.empty((0, 2)),
    "sm_percent": np.float64(7.0),
    "note": "film",
    "axes": [1, 2.5, None, (3, 4)],
}


def npy(path, pickled):
    """An npy file that says it holds one Python object, and then these bytes."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": ()})
    path.write_bytes(head.getvalue() + pickled)
    return f"{path}#Sm_0_0"


def pickled(series, protocol=4):
    """Bytes of a pickled array that holds one object, as numpy.save writes them."""
    array = np.empty((), object)
    array[()] = series
    return pickle.dumps(array, protocol=protocol)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_all_that_numpy_packs_is_read_as_numpy_reads_it(tmp_path, protocol):
    path = npy(tmp_path / "series.npy", pickled({"Sm_0_0": ENTRY, "Sm_7_0": {}}, protocol))
    wanted = np.load(tmp_path / "series.npy", allow_pickle=True).item()["Sm_0_0"]
    found = read_packed(path)
    assert list(found) == list(wanted) == list(ENTRY)
    for name, value in wanted.items():
        assert type(found[name]) is type(value), name
        assert np.array_equal(found[name], value) if isinstance(value, np.ndarray) else found[name] == value
        assert not isinstance(value, np.ndarray) or (found[name].dtype == value.dtype and found[name].flags.writeable)


def test_the_names_of_numpy_1_are_known(tmp_path):
    old = pickled({"Sm_0_0": ENTRY}, 3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert np.array_equal(read_packed(npy(tmp_path / "old.npy", old))["xy_COM"], ENTRY["xy_COM"])


def test_what_is_no_packed_record_is_said(tmp_path):
    path = tmp_path / "plain.npy"
    np.save(path, np.zeros((4, 4)))
    with pytest.raises(InputError, match="not the packed record"):
        read_packed(f"{path}#Sm_0_0")
    with pytest.raises(InputError, match=r"must be FILE\.npy#KEY"):
        read_packed(path)
    with pytest.raises(InputError, match="does not exist"):
        read_packed(f"{tmp_path / 'gone.npy'}#Sm_0_0")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="cannot be read"):
        read_packed(f"{path}#Sm_0_0")
    whole = pickled({"Sm_0_0": ENTRY})
    with pytest.raises(InputError, match="cut short: fetch it again"):
        read_packed(npy(tmp_path / "cut.npy", whole[: len(whole) // 2]))


class Calls:
    """An object whose pickle calls a function when it is read."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def with_call(function, *arguments):
    return pickled({"Sm_0_0": {"main_image": Calls(function, *arguments)}})


MADE = "made_by_the_file"
HOSTILE = {
    "a shell command": with_call(os.system, f"touch {MADE}"),
    "eval": with_call(eval, f"open('{MADE}', 'w')"),
    "exec": with_call(exec, f"open('{MADE}', 'w')"),
    "a file that is opened": with_call(open, MADE, "w"),
    "an import": with_call(__import__, "os"),
    "a map of memory": with_call(np.memmap, MADE, "u1", "w+", 0, (4,)),
    "numpy.save": with_call(np.save, MADE, [1]),
    "another class": pickled({"Sm_0_0": collections.Counter("a")}),
    "protocol 0": b"cos\nsystem\n(S'touch " + MADE.encode() + b"'\ntR.",
    "an instance by name": b"(ios\nsystem\n.",
    "a persistent name": b"\x80\x04\x8c\x01aQ.",
    "an extension": b"\x80\x02\x82\x01.",
    "a buffer": b"\x80\x05\x97.",
    "NEWOBJ": b"\x80\x02cnumpy\nndarray\nK\x01\x85\x81.",
    "a call of numpy.ndarray": b"\x80\x02cnumpy\nndarray\nK\x01\x85R.",
    "a call of a text": b"\x80\x04\x8c\x01aK\x01\x85R.",
    "a codec": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00zip\x86R.",
    "an array with fields": pickled({"Sm_0_0": {"main_image": np.zeros(2, [("a", "f8")])}}),
    "raw memory": pickled({"Sm_0_0": {"main_image": np.zeros(2, "V8")}}),
    "a state of its own for a dtype": b"\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85R"
    b"(K\x03X\x01\x00\x00\x00|cnumpy\nndarray\nNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb.",
    "attributes of a class": b"\x80\x02cnumpy\ndtype\nN}X\x01\x00\x00\x00aK\x01s\x86b.",
    "a place far away": b"\x80\x02Nr\xff\xff\xff\x7f.",
    "a text longer than the file": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x00a.",
    "tuples in tuples": b"\x80\x02}N" + b"\x85" * 60_000 + b"Ns.",
    "very many things": b"\x80\x02](" + b"N" * 200_000 + b"e.",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_executes_nothing_and_is_one_line(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path = npy(tmp_path / "hostile.npy", HOSTILE[kind])
    with pytest.raises(InputError) as error:
        read_packed(path)
    assert "hostile.npy" in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 500
    assert [file.name for file in tmp_path.iterdir()] == ["hostile.npy"]


def test_an_array_that_claims_more_than_it_holds(tmp_path):
    whole = pickled({"Sm_0_0": {"main_image": np.zeros((5, 7), np.float32)}})
    with pytest.raises(InputError, match="cannot be read"):
        read_packed(npy(tmp_path / "claims.npy", whole.replace(b"K\x05K\x07\x86", b"K\xffK\xff\x86")))


VALID = pickled({"Sm_0_0": {"main_image": np.zeros((5, 7), np.float32), "sm_percent": np.float64(7.0)}})


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=3)), min_size=1))
def test_a_damaged_file_is_read_or_is_one_line(tmp_path, edits):
    damaged = bytearray(VALID)
    for place, new in edits:
        damaged[place : place + len(new)] = new
    try:
        read_packed(npy(tmp_path / "damaged.npy", bytes(damaged)))
    except InputError as error:
        assert "\n" not in str(error)
