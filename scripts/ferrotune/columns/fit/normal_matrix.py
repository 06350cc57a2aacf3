"""Gradient and normal matrix of the fit of all columns and the background of an image, chunk by chunk."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import sparse

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import (
    NODES,
    PARAMETERS,
    WIDTH,
    Windows,
    sum_blocks,
    sum_gradient,
    sum_misfit,
    sum_shared,
)

CHUNK = 2048  # columns for one task of a thread


class Layer(NamedTuple):
    """Part of n columns: circular Gaussians, the columns themselves or their tails.

    theta (n, 4): y, x (px), amplitude, width (px). elongation (n, 2). at: their windows. chain (n, 4): derivatives of
    theta by the columns' own parameters; None: theta is these parameters.
    """

    theta: np.ndarray
    elongation: np.ndarray
    at: Windows
    chain: np.ndarray | None = None


@dataclass(frozen=True)
class Curvature:
    """Normal matrix J'WJ in blocks, of n columns and m nodes of the background.

    own (n, 4, 4): each column with itself. between (p, 4, 4): neighbours `pairs` (p, 2), i < j, with each other.
    shared (4 n, m) sparse: columns with nodes. nodes (m, m) sparse.
    """

    own: np.ndarray
    pairs: np.ndarray
    between: np.ndarray
    shared: sparse.csr_array
    nodes: sparse.csr_array


def gradient(layers, weighted, threads):
    """Calculate the gradient J'Wr (n, 4) of the columns, and (n, 2) by their elongation.

    Parameters
    ----------
    layers : list of Layer, the columns first
    weighted : (y, x) float32, padded: residuals times weights
    threads : ferrotune.columns.fit.threads.Threads
    """
    n, total = len(layers[0].theta), None
    for theta, _, at, chain in layers:
        found = np.zeros((n, PARAMETERS)), np.zeros((n, 2))
        threads.over(n, CHUNK, sum_gradient, theta, at, weighted, *found)
        total = found if total is None else (total[0] + chain * found[0], total[1])
    return total


def misfit(at, weight, weighted, threads):
    """Calculate chi-square and number of pixels (n, 2) of the columns' windows."""
    found = np.zeros((len(at.top), 2))
    threads.over(len(found), CHUNK, sum_misfit, at, weight, weighted, found)
    return found


def _pairs_of_layers(layers, pairs, work, threads):
    """Blocks (p, 4, 4) of J'WJ for pairs (p, 2) of columns; work: windows, weight (y, x), step."""
    (at, weight, step), blocks, n = work, np.zeros((len(pairs), PARAMETERS, PARAMETERS)), len(layers[0].theta)
    for one, other in product(layers, repeat=2):
        if one is other and one.chain is None:
            threads.over(len(pairs), CHUNK, sum_blocks, one.theta, at, weight, step, pairs, blocks)
            continue
        both, twice = np.vstack([one.theta, other.theta]), Windows(*(np.tile(part, 2) for part in at[:2]), *at[2:])
        part = np.zeros_like(blocks)
        threads.over(len(pairs), CHUNK, sum_blocks, both, twice, weight, step, pairs + np.array([0, n]), part)
        for chain, index, shape in (
            (one.chain, pairs[:, 0], (-1, PARAMETERS, 1)),
            (other.chain, pairs[:, 1], (-1, 1, PARAMETERS)),
        ):
            part = part if chain is None else part * chain[index].reshape(shape)
        blocks += part
    return blocks


def curvature(layers, at, weight, background, pairs, threads):
    """Calculate the normal matrix of columns, coupled in `pairs` (p, 2; sorted), and the background.

    Parameters
    ----------
    layers : list of Layer, the columns first
    at : ferrotune.columns.fit.gaussians.Windows, of all layers
    weight : (y, x) float32, padded
    background : ferrotune.columns.fit.background.Background
    pairs : (p, 2) int
    threads : ferrotune.columns.fit.threads.Threads
    """
    # Every second pixel or so is enough for a smooth sum; the same for all blocks, otherwise they would not match.
    step = max(1, int(np.median(layers[0].theta[:, WIDTH]) / CHOICES.smooth_px))
    n, seen = len(layers[0].theta), np.ascontiguousarray(weight[::step, ::step])
    own = _pairs_of_layers(layers, np.arange(n)[:, None].repeat(2, axis=1), (at, seen, step), threads)
    between = _pairs_of_layers(layers, pairs, (at, seen, step), threads)
    entries, numbers = np.zeros((n, PARAMETERS, NODES**2)), np.empty((n, NODES**2), np.int32)
    for theta, _, _, chain in layers:
        part = entries if chain is None else np.zeros_like(entries)
        threads.over(n, CHUNK, sum_shared, theta, at, seen, step, background.grid, part, numbers)
        if chain is not None:
            entries += chain[:, :, None] * part
    for blocks in (own, between, entries):
        blocks *= step**2  # each pixel seen stands for so many
    starts = np.arange(PARAMETERS * n + 1) * NODES**2
    numbers = numbers.repeat(PARAMETERS, axis=0).ravel()
    shared = sparse.csr_array((entries.ravel(), numbers, starts), shape=(starts.size - 1, background.size))
    nodes = background.curvature(seen, step, threads)
    faint = CHOICES.faint_node * max(nodes.diagonal().mean(), 1e-12)
    nodes = nodes + sparse.diags_array(np.where(nodes.diagonal() < faint, faint, 0.0))
    return Curvature(own, pairs, between, shared, nodes.tocsr())
