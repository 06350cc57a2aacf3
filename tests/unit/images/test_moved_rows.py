"""Rows stretched and sheared: positions, pixels and masks go the same way, and each row stays a row."""

import numpy as np
import pytest

from ferrotune.images.moved_rows import RowMap

SHAPE = (60, 80)
MAP = RowMap.of(np.array([[1.0, 0.15], [0.0, 0.94]]), SHAPE)


def wave(yx):
    return np.cos(2 * np.pi * (0.06 * yx[..., 0] + 0.05 * yx[..., 1]))


def test_pixels_are_where_positions_say():
    at = np.stack(np.indices(SHAPE), axis=-1)
    moved = MAP.values(wave(at), -9.0)
    yx = np.stack(np.indices(moved.shape), axis=-1).reshape(-1, 2)
    before = (yx - [0, MAP.offset]) @ np.linalg.inv(MAP.matrix)
    inner = ((before > 4) & (before < np.array(SHAPE) - 5)).all(axis=1)
    assert inner.mean() > 0.5
    assert moved.reshape(-1)[inner] == pytest.approx(wave(before[inner]), abs=3e-3)
    outside = (before < -0.01).any(axis=1) | (before > np.array(SHAPE) - 0.99).any(axis=1)
    assert (moved.reshape(-1)[outside] == -9.0).all()
    assert MAP.positions(before) == pytest.approx(yx)


def test_all_of_the_image_stays_in_the_frame():
    corners = MAP.positions(np.array([[0, 0], [0, 79], [59, 0], [59, 79]]))
    assert corners[:, 1].min() == pytest.approx(0) and MAP.width - 2 <= corners[:, 1].max() <= MAP.width - 1


def test_a_row_depends_on_this_row_only():
    image = np.random.default_rng(0).normal(size=SHAPE)
    other = image.copy()
    other[20] = 0
    changed = (MAP.values(image, 0.0) != MAP.values(other, 0.0)).any(axis=1)
    assert np.flatnonzero(changed).tolist() == [20]


def test_masks_and_labels():
    mask, numbers = np.ones(SHAPE, bool), np.ones(SHAPE, np.int8)
    mask[30, 40], numbers[:, 50:] = False, 2
    moved = MAP.usable(mask)
    (place,) = MAP.positions([[30, 40]])
    hidden = np.flatnonzero(~moved[30, 12:70]) + 12
    assert len(hidden) and np.abs(hidden - place[1]).max() < 1 and moved[29, 12:70].all()
    assert not moved[0, -5:].any() and not moved[-1, :5].any()
    labels = MAP.labels(numbers, -1)
    assert set(np.unique(labels)) == {-1, 1, 2} and np.array_equal(labels == -1, ~MAP.usable(np.ones(SHAPE, bool)))


def test_attributes_give_it_back():
    again = RowMap.from_attributes(MAP.attributes())
    assert np.array_equal(again.matrix, MAP.matrix) and (again.offset, again.width) == (MAP.offset, MAP.width)
