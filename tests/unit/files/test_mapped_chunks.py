"""Chunks that are mapped into memory: the numbers of the store, and its damage."""

import numpy as np
import pytest

from ferrotune.errors import DamagedStore
from ferrotune.files.mapped_chunks import MappedChunks
from ferrotune.files.packed_stores import pack
from ferrotune.files.stores import add_array, open_array, write_store

SHAPE, CHUNKS = (2, 25, 7, 5), (1, 10, 7, 5)


@pytest.fixture
def values():
    return np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)


@pytest.fixture
def store(tmp_path, values):
    path = tmp_path / "patches.zarr"
    stack = add_array(write_store(path, {}), "patches", ("k", "site", "y", "x"), SHAPE, CHUNKS)
    stack[...] = values
    return path


PARTS = [(0, slice(0, 10), slice(0, 7)), (1, slice(10, 20), slice(2, 5)), (1, slice(20, 25), slice(0, 7))]


@pytest.mark.parametrize("part", [*PARTS, (0, slice(12, 17), slice(1, 2)), (0, slice(5, 15), slice(0, 7))])
def test_parts_are_those_of_the_store_at_the_first_and_at_later_reads(store, values, part):
    mapped = MappedChunks(open_array(store, "patches"))
    for _ in range(3):
        np.testing.assert_array_equal(mapped[part], values[part])


def test_later_reads_of_a_chunk_copy_nothing(store):
    mapped = MappedChunks(open_array(store, "patches"))
    mapped[PARTS[0]]
    later = mapped[PARTS[0]]
    assert not later.flags.owndata and not later.flags.writeable


def test_a_packed_store_is_read_as_well(store, values):
    pack(store)
    mapped = MappedChunks(open_array(store, "patches"))
    for _ in range(2):
        np.testing.assert_array_equal(mapped[PARTS[1]], values[PARTS[1]])


@pytest.mark.parametrize("reads", [0, 2])
def test_a_flipped_bit_is_noticed(store, reads):
    mapped = MappedChunks(open_array(store, "patches"))
    for _ in range(reads):
        mapped[PARTS[0]]
    file = store / "patches" / "c" / "0" / "0" / "0" / "0"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(DamagedStore, match="patches"):
        mapped[PARTS[0]]


@pytest.mark.parametrize("harm", ["gone", "short"])
def test_a_file_that_is_lost_or_cut_short_between_two_reads_is_noticed(store, harm):
    mapped = MappedChunks(open_array(store, "patches"))
    mapped[PARTS[0]]
    file = store / "patches" / "c" / "0" / "0" / "0" / "0"
    file.unlink() if harm == "gone" else file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(DamagedStore, match=r"remove .*patches\.zarr and run again"):
        mapped[PARTS[0]]
