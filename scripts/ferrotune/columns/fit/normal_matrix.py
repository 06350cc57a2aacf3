"""Gradient and normal matrix of the fit of all columns and the background of an image, chunk by chunk."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import NODES, PARAMETERS, WIDTH, sum_blocks, sum_gradient, sum_misfit, sum_shared

CHUNK = 2048  # columns for one task of a thread


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


def gradient(theta, at, weighted, threads):
    """Calculate the gradient J'Wr (n, 4) of the columns, and (n, 2) by their elongation.

    Parameters
    ----------
    theta : (n, 4) y, x (px), amplitude, width (px)
    at : ferrotune.columns.fit.gaussians.Windows, of the columns
    weighted : (y, x) float32, padded: residuals times weights
    threads : ferrotune.columns.fit.threads.Threads
    """
    found = np.zeros((len(theta), PARAMETERS)), np.zeros((len(theta), 2))
    threads.over(len(theta), CHUNK, sum_gradient, theta, at, weighted, *found)
    return found


def misfit(at, weight, weighted, threads):
    """Calculate chi-square and number of pixels (n, 2) of the columns' windows."""
    found = np.zeros((len(at.top), 2))
    threads.over(len(found), CHUNK, sum_misfit, at, weight, weighted, found)
    return found


def curvature(theta, at, weight, background, pairs, threads):
    """Calculate the normal matrix of columns theta (n, 4), coupled in `pairs` (p, 2; sorted), and the background."""
    # Every second pixel or so is enough for a smooth sum; the same for all blocks, otherwise they would not match.
    step = max(1, int(np.median(theta[:, WIDTH]) / CHOICES.smooth_px))
    n, seen = len(theta), np.ascontiguousarray(weight[::step, ::step])
    own, between = np.zeros((n, PARAMETERS, PARAMETERS)), np.zeros((len(pairs), PARAMETERS, PARAMETERS))
    entries, numbers = np.zeros((n, PARAMETERS, NODES**2)), np.empty((n, NODES**2), np.int32)
    threads.over(n, CHUNK, sum_blocks, theta, at, seen, step, np.arange(n)[:, None].repeat(2, axis=1), own)
    threads.over(len(pairs), CHUNK, sum_blocks, theta, at, seen, step, pairs, between)
    threads.over(n, CHUNK, sum_shared, theta, at, seen, step, background.grid, entries, numbers)
    for blocks in (own, between, entries):
        blocks *= step**2  # each pixel seen stands for so many
    starts = np.arange(PARAMETERS * n + 1) * NODES**2
    numbers = numbers.repeat(PARAMETERS, axis=0).ravel()
    shared = sparse.csr_array((entries.ravel(), numbers, starts), shape=(starts.size - 1, background.size))
    nodes = background.curvature(seen, step, threads)
    faint = CHOICES.faint_node * max(nodes.diagonal().mean(), 1e-12)
    nodes = nodes + sparse.diags_array(np.where(nodes.diagonal() < faint, faint, 0.0))
    return Curvature(own, pairs, between, shared, nodes.tocsr())
