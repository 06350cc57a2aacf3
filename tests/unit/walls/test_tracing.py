"""Interfaces of labels that are known, followed into lines and rings."""

import numpy as np

from ferrotune.walls.tracing import follow, interfaces


def followed(labels, bend=45.0):
    """Lines of the interfaces of labels: points of each, and whether it is a ring."""
    midpoints, corners = interfaces(np.asarray(labels))
    order, starts, closed = follow(midpoints, corners, 16, 1, bend)
    assert sorted(order) == list(range(len(midpoints)))
    return np.split(midpoints[order], starts[1:]), closed.tolist()


def test_an_island_is_a_ring_and_a_border_is_a_line():
    labels = np.zeros((20, 30), int)
    labels[5:9, 5:12] = 1
    labels[:, 20:] = 2
    lines, closed = followed(labels)
    assert sorted(zip(map(len, lines), closed, strict=True)) == [(20, False), (22, True)]
    for line in lines:
        assert np.abs(np.diff(line, axis=0)).max() <= 1


def test_a_wall_continues_straight_through_a_junction():
    labels = np.zeros((60, 60), int)
    labels[30:] = 1
    labels[:30, 25:] = 2
    lines, closed = followed(labels)
    assert sorted(map(len, lines)) == [30, 60] and closed == [False, False]
    straight = max(lines, key=len)
    assert (straight[:, 0] == 29.5).all() and (np.abs(np.diff(straight[:, 1])) == 1).all()


def test_a_wall_ends_at_a_junction_if_every_branch_bends_too_much():
    labels = np.zeros((60, 60), int)
    labels[30:, :] = 1
    labels[30:, 25:] = 2
    labels[:30, 25:] = 0
    assert len(followed(labels, bend=45.0)[0]) == 2
    assert len(followed(labels, bend=0.0)[0]) == 3
