"""Sub-pixel positions: circular Gaussians on one background, fitted to all columns of an image together."""

import os
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from scipy.spatial import cKDTree

from ferrotune import gaussians, normal
from ferrotune.background import NODES, Background
from ferrotune.gaussians import AMPLITUDE, PARAMETERS, WIDTH
from ferrotune.noise import Noise, measure_noise, sample_step

CHUNK = 512  # columns worked on together, whatever the number of threads: the same sums in the same order
BAND_PX = 256  # rows rendered together
WINDOW_WIDTHS = 3.2  # radius of a column's window, Gaussian widths: what lies beyond is below 1 % of its peak
WIDTH_CELLS = 0.18  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
WIDTH_RANGE = (0.7, 1.4)  # a column's width as a share of the one typical around it
SPREAD_RANGE = (0.01, 0.1)  # limits to how far columns' widths scatter about it, share
REACH_CELLS = 0.2  # how far a column may move from its first guess
STEP_CELLS = 0.1  # how far it may move at once
NEIGHBOURS_CELLS = 1.2  # columns closer than this are solved for together
NODE_CELLS = 2.0  # spacing of the background's nodes
LOOSE = 3  # last pass in which widths are loose, to find the typical one together with amplitudes and background
RESTING_PX = 1e-3
PASSES = 10
WEIGHTED = range(1, 4)  # passes that measure the noise anew; weights that went on changing would never rest
AROUND = 24  # bright columns over which the typical width is taken


@dataclass(frozen=True)
class FittedColumns:
    """One row a column: yx and sigma_yx (n, 2) px; amplitude, width (px), background (n,).

    sigma_yx is NaN where a fit stopped at its reach.
    significance (n,): amplitude over its standard error.
    """

    yx: np.ndarray
    sigma_yx: np.ndarray
    amplitude: np.ndarray
    width: np.ndarray
    background: np.ndarray
    significance: np.ndarray

    def __getitem__(self, keep):
        return FittedColumns(**{name: value[keep] for name, value in vars(self).items()})


class Picture:
    """An image, in units of its own range and padded by `pad` px, and where it holds signal."""

    def __init__(self, image, mask, pad):
        step = sample_step(image.size)
        sample = image.ravel()[::step][mask.ravel()[::step]]
        sample = sample if sample.size else image[mask]
        low, high = np.percentile(sample, [1, 99])
        self.offset, self.scale, self.pad = float(low), float(high - low) or 1.0, pad
        self.mask = np.pad(mask, pad)
        self.values = np.pad(np.asarray((image - self.offset) / self.scale, np.float32), pad)
        self.values[~self.mask] = 0
        self.bands = [(i, min(i + BAND_PX, len(self.values))) for i in range(0, len(self.values), BAND_PX)]


def _render(picture, background, theta, level, at, parallel):
    model = np.empty_like(picture.values)

    def one(band):
        model[band[0] : band[1]] = background.field(level.astype(np.float32), band)
        gaussians.render(theta, at, picture.values.shape, model, band)

    parallel(delayed(one)(band) for band in picture.bands)
    return model


def _weigh(picture, model, noise, parallel):
    """Weights and weighted residuals (y, x); the model is overwritten by the latter."""
    weight = np.empty_like(model)

    def one(band):
        part = slice(*band)
        weight[part] = picture.mask[part] / noise.variance(model[part]) if noise else picture.mask[part]
        model[part] = (picture.values[part] - model[part]) * weight[part]

    parallel(delayed(one)(band) for band in picture.bands)
    return weight, model


def _noise(picture, model):
    step = sample_step(picture.mask.size)
    inside = np.flatnonzero(picture.mask.ravel()[::step]) * step
    levels = model.ravel()[inside]
    return measure_noise(picture.values.ravel()[inside] - levels, levels)


def _blocks(theta, at, weight, weighted, background, pairs, part):
    """Own blocks, gradient, chi-square, blocks of pairs, coupling to nodes, of the columns `part`."""
    part_at, fit = at[part], theta[part]
    first = part.start
    own_pairs = pairs[np.searchsorted(pairs[:, 0], part.start) : np.searchsorted(pairs[:, 0], part.stop)]
    rows, columns = part_at.rows(), part_at.columns()
    k, pad = at.size, at.pad

    def down_of(pixels, columns):
        return gaussians.profiles(pixels, theta[columns, 0] + pad, theta[columns, WIDTH], at.top[columns], k)

    def along_of(pixels, columns):
        return gaussians.profiles(pixels, theta[columns, 1] + pad, theta[columns, WIDTH], at.left[columns], k)

    everyone = np.arange(part.start, part.stop)
    down, along = down_of(rows, everyone), along_of(columns, everyone)
    w, wr = part_at.cut(weight), part_at.cut(weighted)
    scale = normal.scales(theta)
    gradient = normal.by_parameter(gaussians.products(down, wr, along).astype(float), scale[part])
    chi = np.stack([(wr * wr / np.where(w > 0, w, 1)).sum((1, 2)), (w > 0).sum((1, 2))], axis=1)

    def cross(w, down, other_down, along, other_along):
        left = (down[..., None] * other_down[:, :, None]).reshape(*down.shape[:2], -1)
        right = (along[..., None] * other_along[:, :, None]).reshape(*along.shape[:2], -1)
        return gaussians.products(left, w, right).reshape(-1, 3, 3, 3, 3).astype(float)

    own = normal.by_parameters(cross(w, down, down, along, along), scale[part], scale[part])
    i, j = own_pairs[:, 0] - first, own_pairs[:, 1]
    sums = cross(w[i], down[i], down_of(rows[i], j), along[i], along_of(columns[i], j))
    between = normal.by_parameters(sums, scale[own_pairs[:, 0]], scale[j])
    node_y, hats_y = background.hats(rows)
    node_x, hats_x = background.hats(columns)
    sums = cross(w, down, hats_y, along, hats_x)
    shared = np.stack(
        [
            sum(sums[:, p, :, q] for p, q in gaussians.POWERS[a]) * scale[part][:, a, None, None]
            for a in range(PARAMETERS)
        ],
        axis=1,
    )
    number = (node_y[:, None] + np.arange(NODES))[:, :, None] * background.nodes[1] + (
        node_x[:, None] + np.arange(NODES)
    )[:, None]
    number = np.broadcast_to(number[:, None], shared.shape)
    return own, gradient, chi, between, shared.reshape(-1), number.reshape(-1)


def _assemble(theta, at, weight, weighted, background, pairs, parallel):
    n = len(theta)
    parts = [slice(i, min(i + CHUNK, n)) for i in range(0, n, CHUNK)]
    results = parallel(delayed(_blocks)(theta, at, weight, weighted, background, pairs, part) for part in parts)
    own, gradient, chi, between, shared, number = (np.concatenate(r) for r in zip(*results, strict=True))
    starts = np.arange(PARAMETERS * n + 1) * NODES**2
    m = background.nodes[0] * background.nodes[1]
    coupling = sparse.csr_array((shared, number, starts), shape=(PARAMETERS * n, m))
    nodes = background.curvature(weight)
    floor = 1e-3 * max(nodes.diagonal().mean(), 1e-12)
    nodes = nodes + sparse.diags_array(np.where(nodes.diagonal() < floor, floor, 0.0))
    return normal.Normal(own, pairs, between, coupling, nodes, gradient, background.gradient(weighted)), chi


def _typical_width(theta, width):
    """Median width (n,) of the columns around each, of the brighter or the dimmer half as it is itself."""
    typical = np.empty(len(theta))
    bright = theta[:, AMPLITUDE] >= np.median(theta[:, AMPLITUDE])
    for half in (bright, ~bright):
        if half.any():
            at = theta[half, :2]
            _, near = cKDTree(at).query(at, k=min(AROUND, len(at)))
            typical[half] = np.median(width[half][near.reshape(len(at), -1)], axis=1)
    return typical


def _spread(width, typical, error):
    """How far widths scatter about the typical one beyond their errors, as a share of it."""
    off = (width - typical) / typical
    scatter = 1.4826 * np.median(np.abs(off - np.median(off)))
    return float(np.clip(np.sqrt(max(scatter**2 - np.median(error / typical) ** 2, 0)), *SPREAD_RANGE))


def refine_columns(image, mask, yx, cell_px, passes=PASSES, threads=1):
    order = np.lexsort((yx[:, 1], yx[:, 0]))
    back = np.argsort(order)
    fit = _refine(image, mask, np.asarray(yx, float)[order], cell_px, passes, threads)
    return fit[back]


def _refine(image, mask, guess, cell_px, passes, threads):
    most = int(np.ceil(WINDOW_WIDTHS * WIDTH_CELLS * WIDTH_RANGE[1] * cell_px))
    pad = most + int(np.ceil(REACH_CELLS * cell_px)) + 2
    picture = Picture(image, mask, pad)
    background = Background(picture.values.shape, max(NODE_CELLS * cell_px, 2 * most + 1))
    n = len(guess)
    theta = np.column_stack([guess, np.zeros(n), np.full(n, WIDTH_CELLS * cell_px)])
    level = np.zeros(background.nodes[0] * background.nodes[1])
    typical = theta[:, WIDTH].copy()
    pairs = cKDTree(guess).query_pairs(NEIGHBOURS_CELLS * cell_px, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    noise, spread, damping, worst = None, SPREAD_RANGE[1], np.full(n, 1e-3), np.full(n, np.inf)
    dbg = os.environ.get("DBG")
    reach = REACH_CELLS * cell_px
    eye = np.eye(PARAMETERS)
    with Parallel(n_jobs=threads, prefer="threads") as parallel:
        for number in range(passes):
            radius = min(most, max(3, int(np.ceil(WINDOW_WIDTHS * np.median(typical)))))
            at = gaussians.windows(theta[:, :2], radius, pad)
            model = _render(picture, background, theta, level, at, parallel)
            if number in WEIGHTED:
                noise = _noise(picture, model)
            weight, weighted = _weigh(picture, model, noise, parallel)
            equations, chi = _assemble(theta, at, weight, weighted, background, pairs, parallel)
            own, gradient = equations.own, equations.gradient
            # What is not seen at all stays where it is, and does not make the equations singular.
            own[:, [0, 1], [0, 1]] += 1e-4 / reach**2
            own[:, [2, 3], [2, 3]] += 1e-6
            if number > 1:
                inverse = np.linalg.inv(own)
                free = theta[:, WIDTH] + np.einsum("nj,nj->n", inverse[:, WIDTH], gradient)
                free = np.clip(free, WIDTH_RANGE[0] * typical, WIDTH_RANGE[1] * typical)
                if number > LOOSE:
                    typical = _typical_width(theta, free)
                error = np.sqrt(inverse[:, WIDTH, WIDTH])
                bright = theta[:, AMPLITUDE] >= np.median(theta[:, AMPLITUDE])
                if number > LOOSE:
                    spread = _spread(free[bright], typical[bright], error[bright])
            # A width known to about a tenth before it is measured.
            prior = 1 / (spread * typical) ** 2
            own[:, WIDTH, WIDTH] += prior
            gradient[:, WIDTH] += prior * (typical - theta[:, WIDTH])
            cov = normal.covariances(equations) if number > 1 else None
            worse = chi[:, 0] > worst * chi[:, 1]
            damping *= np.where(worse, 8.0, 0.2)
            worst = chi[:, 0] / np.maximum(chi[:, 1], 1) if number else worst
            own *= 1 + damping[:, None, None] * eye
            own[:, [0, 1], [0, 1]] += 1 / reach ** 2
            step, of_nodes = normal.solve(equations, 1e-2)
            step[:, :2] = np.clip(step[:, :2], -STEP_CELLS * cell_px, STEP_CELLS * cell_px)
            before = theta.copy()
            theta = theta + step
            level = level + of_nodes
            theta[:, :2] = np.clip(theta[:, :2], guess - reach, guess + reach)
            theta[:, AMPLITUDE] = np.maximum(theta[:, AMPLITUDE], 0)
            theta[:, WIDTH] = np.clip(theta[:, WIDTH], WIDTH_RANGE[0] * typical, WIDTH_RANGE[1] * typical)
            if 0 < number <= LOOSE:
                typical = _typical_width(theta, theta[:, WIDTH])
            if dbg and number==passes-1:
                mv = np.abs(theta - before)[:, :2].max(1)
                for q in np.argsort(-mv)[:6]: print("   mover", theta[q], level.size, mv[q], damping[q], chi[q], guess[q])
            moved = np.abs(theta - before)[:, :2].max(1)
            if dbg:
                print(number, "r", radius, noise, "spread", spread, "moved", np.percentile(moved, [50, 99, 100]).round(5), "amp", np.median(theta[:, 2]), "w", np.median(theta[:, 3]), np.median(typical), "lev", np.median(level))
            if number > 2 and moved.max() < RESTING_PX:
                break
    sigma = np.sqrt(np.einsum("nii->ni", cov))
    stopped = np.abs(theta[:, :2] - guess) >= REACH_CELLS * cell_px
    return FittedColumns(
        theta[:, :2],
        np.where(stopped, np.nan, sigma[:, :2]),
        theta[:, AMPLITUDE] * picture.scale,
        free,
        background.at(level, theta[:, :2] + pad) * picture.scale + picture.offset,
        theta[:, AMPLITUDE] / sigma[:, AMPLITUDE],
    )
