"""Stacks of patches: cut in blocks, the same on any number of threads; every window is taken from the largest."""

import numpy as np
import pytest

from ferrotune.descriptors._patch_cutting import Cutter, crop
from ferrotune.descriptors._patch_stack import BLOCK, PatchStack, blocks, cut_stack
from ferrotune.files.stores import add_array, write_store
from helpers.stacks import stack_of

CELL = 10.0


@pytest.fixture(scope="module")
def specimen():
    """An image, more sites than fit a block, and the sublattice of each."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=(150, 160)).astype(np.float32) + 3
    yx = rng.uniform(12, 135, (BLOCK + 300, 2))
    return image, yx, (np.arange(len(yx)) % 2)


def cut(specimen, threads, covariance=True):
    image, yx, site_class = specimen
    patches = np.full((len(yx), 15, 13), np.nan, np.float32)

    def keep(part, cut):
        patches[part] = cut

    return patches, *cut_stack(keep, Cutter(image, (15, 13)), yx, site_class, covariance, threads)


def test_blocks_cover_all_sites_once():
    for count in (1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK):
        assert np.array_equal(np.concatenate([np.arange(count)[b] for b in blocks(count)]), np.arange(count))


def test_a_stack_is_what_a_single_cut_gives_with_its_statistics(specimen):
    image, yx, site_class = specimen
    patches, mean, covariance = cut(specimen, 1)
    assert np.array_equal(patches, Cutter(image, (15, 13))(yx))
    for k in (0, 1):
        assert mean[k] == pytest.approx(patches[site_class == k].mean(axis=0), abs=1e-5)
    about = (patches - mean[site_class]).reshape(len(yx), -1)
    assert covariance == pytest.approx(about.T @ about / len(yx), abs=1e-4)


def test_any_number_of_threads_gives_the_same_bytes(specimen):
    one, three = cut(specimen, 1), cut(specimen, 3)
    assert [a.tobytes() for a in one] == [a.tobytes() for a in three]


def test_no_covariance_unless_asked_for(specimen):
    assert cut(specimen, 1, covariance=False)[2] is None


def test_windows_are_taken_from_the_largest(specimen):
    patches, _, _ = cut(specimen, 1)
    stack = stack_of(patches, CELL)
    setting = {"w1": 0.9, "w2": 1.1}
    window = stack.window(setting)
    assert window == (9, 11)
    raw = crop(patches, window)
    assert stack.features(setting) == pytest.approx(raw - raw.mean(axis=0), abs=1e-5)


def test_few_sites_and_many_have_the_same_components():
    """With a covariance and without: the same scores but for the sign."""
    rng = np.random.default_rng(1)
    y, x = np.indices((15, 13)) - 7
    motifs = np.stack([np.cos(y / 3), np.cos(x / 3 + 1), np.sin((x + y) / 4)])
    patches = np.tensordot(rng.normal(size=(500, 3)) * [4, 2, 1], motifs, 1) + 0.1 * rng.normal(size=(500, 15, 13))
    patches = patches.astype(np.float32)
    many, few = (
        stack_of(patches, 10.0, covariance=c).principal_components({"w1": 1.1, "w2": 0.9}, 3) for c in (True, False)
    )
    signs = np.sign((many * few).sum(axis=0))
    assert many * signs == pytest.approx(few, abs=2e-3 * np.abs(few).max())


def test_the_mean_of_each_sublattice_is_subtracted():
    rng = np.random.default_rng(1)
    patches = rng.normal(size=(200, 7, 7)).astype(np.float32)
    site_class = np.arange(200) % 2
    patches[site_class == 1] += 20
    stack, setting = stack_of(patches, 5.0, site_class), {"w1": 1.4, "w2": 1.4}
    assert np.abs(stack.features(setting)[site_class == 1].mean()) < 1e-3
    assert np.abs(stack.principal_components(setting, 3)[site_class == 1].mean(axis=0)).max() < 1e-2


def test_a_stack_is_read_back_from_its_store(tmp_path):
    rng = np.random.default_rng(0)
    group = write_store(
        tmp_path / "patches.zarr",
        {"sublattice": (("site",), np.array([1, 0, 1], np.int8))},
        {"preprocessings": [[1, "none"], [2, "gaussian 1"]], "cell_px": 12.0, "binning": 2, "reduced": False},
    )
    patches = rng.normal(size=(2, 3, 5, 5)).astype(np.float32)
    add_array(group, "patches", ("preprocessing", "site", "y", "x"), patches.shape)[...] = patches
    add_array(group, "mean", ("preprocessing", "kind", "y", "x"), (2, 2, 5, 5))[...] = 0.0
    stack = PatchStack.open(tmp_path / "patches.zarr", 2, "gaussian 1")
    assert len(stack) == 3 and stack.cell_px == 6.0 and stack.covariance is None
    assert stack.site_class.tolist() == [1, 0, 1]
    assert np.array_equal(stack.read(slice(1, 3), slice(1, 4)), patches[1, 1:, 1:4])


def test_rows_of_a_stack_are_read_across_its_blocks():
    count = BLOCK + 20
    patches = np.arange(count, dtype=np.float32)[:, None, None] + np.zeros((1, 5, 5), np.float32)
    stack = stack_of(patches, 4.0, covariance=False)
    rows = np.array([0, 7, BLOCK - 1, BLOCK, count - 1])
    setting = {"w1": 0.75, "w2": 1.25}
    found = stack.patches(setting, rows)
    assert found.shape == (5, *stack.window(setting)) and np.array_equal(found[:, 0, 0], rows)
    assert np.array_equal(stack.patches(setting, slice(3, 6))[:, 0, 0], [3, 4, 5])
