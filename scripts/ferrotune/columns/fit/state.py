"""State of the columns' fit between two steps, the problem that it solves, and its start."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.fit.background import Background
from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.damping import Damping
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH
from ferrotune.columns.fit.normal_matrix import Curvature
from ferrotune.columns.fit.padded_image import PaddedImage
from ferrotune.columns.fit.tails import Tails
from ferrotune.columns.fit.threads import Threads
from ferrotune.columns.fit.widths import OwnWidths, Widths
from ferrotune.images.noise import Noise


@dataclass(frozen=True)
class Problem:
    """Problem of a fit: all that stays the same throughout.

    shape : (y, x) of the image, px. image : the padded image. background : its grid of nodes. cell_px : length of a
    unit cell, px. threads : the pool that shares the work.
    """

    shape: tuple[int, int]
    image: PaddedImage
    background: Background
    cell_px: float
    threads: Threads

    @classmethod
    def of(cls, image, mask, cell_px, threads, tails=False):
        """The problem of an image (y, x) and its mask (y, x) bool; `tails`: with room for those of columns."""
        room, reach = CHOICES.room_cells * cell_px, CHOICES.reach_cells * cell_px
        widest = widest_window(cell_px)
        padded = PaddedImage(image, mask, (longest_tail(cell_px) if tails else widest) + int(np.ceil(room + reach)) + 2)
        background = Background(padded.values.shape, max(CHOICES.node_cells * cell_px, 2 * widest + 1))
        return cls(image.shape, padded, background, cell_px, threads)

    @property
    def reach(self):
        """How far a column may move from its first guess, px."""
        return CHOICES.reach_cells * self.cell_px

    def shares(self, yx):
        """Shares (n, m) sparse of the background's nodes at positions (n, 2) px of the image."""
        return self.background.shares(yx + self.image.pad)


@dataclass(frozen=True)
class FirstGuess:
    """First guess of n columns, before they are fitted.

    yx (n, 2) px. amplitude (n,): 0 before the first judgement. outside (n,) bool: not in the mask. whole (n,) bool:
    with signal all around.
    """

    yx: np.ndarray
    amplitude: np.ndarray
    outside: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, problem, yx, amplitude):
        """First guess of columns at yx (n, 2) px, moved into the image and the room around it."""
        room = CHOICES.room_cells * problem.cell_px
        yx = np.clip(yx, -room, np.array(problem.shape) - 1 + room)
        at = np.rint(yx).astype(int) + problem.image.pad
        cross = np.array([[-1, 0], [0, -1], [0, 0], [0, 1], [1, 0]])
        around = np.rint(CHOICES.whole_cells * problem.cell_px * cross).astype(int)
        whole = problem.image.mask[tuple(np.moveaxis(at[:, None] + around, -1, 0))].all(axis=1)
        return cls(yx, amplitude.copy(), ~problem.image.mask[at[:, 0], at[:, 1]], whole)


@dataclass(frozen=True)
class Model:
    """Model of the image: all that it is drawn from.

    theta (n, 4): y, x (px), amplitude, width (px) of the columns. level (m,): of the background's nodes. elongation
    (m, 2): of the columns at the nodes. widths : typical widths. tails : those of the columns, None without.
    """

    theta: np.ndarray
    level: np.ndarray
    elongation: np.ndarray
    widths: Widths
    tails: Tails | None = None

    def halfway(self, other):
        """The model in the middle between this one and another."""
        theta, level = (self.theta + other.theta) / 2, (self.level + other.level) / 2
        of_widths, typical = (
            (getattr(self.widths, name) + getattr(other.widths, name)) / 2 for name in ("level", "typical")
        )
        widths = replace(self.widths, level=of_widths, typical=typical)
        return Model(theta, level, (self.elongation + other.elongation) / 2, widths, self.tails)


@dataclass(frozen=True)
class Coupling:
    """Pairs (p, 2) of columns to be solved for together, i < j and sorted; wide : up to the larger distance."""

    pairs: np.ndarray
    wide: bool

    @classmethod
    def of(cls, model, wide=False):
        """Coupling of a model's columns; up to the larger distance where `wide` or where they prove wide."""
        wide = wide or model.tails is not None or _are_wide(model)
        cells = CHOICES.wide_coupled_cells if wide else CHOICES.coupled_cells
        pairs = cKDTree(model.theta[:, :2]).query_pairs(cells * model.widths.cell_px, output_type="ndarray")
        return cls(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], wide)

    def renewed(self, model):
        """The coupling of a model whose columns may have become wide since."""
        return Coupling.of(model) if _are_wide(model) and not self.wide else self


@dataclass(frozen=True)
class Comparison:
    """A model beside the image: layers that it is drawn from, weights (y, x), residuals times weights (y, x).

    The two arrays are the padded image's own memory: they hold until the next comparison.
    """

    layers: list
    weight: np.ndarray
    weighted: np.ndarray

    @property
    def at(self):
        """Windows of the columns."""
        return self.layers[0].at


@dataclass(frozen=True)
class State:
    """A fit between two steps.

    Of the model: model, own_widths, guess, coupling, noise (None: all pixels weigh the same).
    Of the descent: damping (of single columns) and caution (damping of all columns, a share); lowest, the model of
    the last step that led downhill, and square, its mean weighted square.
    Of the last step: matrix (normal matrix), prior (n, 4; 1 / variance of the parameters), comparison; None before
    the first. moved, 99th percentile of the columns' steps, px.
    Of the schedule: passes, the number of whole steps, and held, the number of shortened ones.
    """

    model: Model
    own_widths: OwnWidths
    guess: FirstGuess
    coupling: Coupling
    damping: Damping
    noise: Noise | None = None
    caution: float = 0.0
    lowest: Model | None = None
    square: float = np.inf
    matrix: Curvature | None = None
    prior: np.ndarray | None = None
    comparison: Comparison | None = None
    moved: float = np.inf
    passes: int = 0
    held: int = 0


def _are_wide(model):
    return bool(np.median(model.widths.typical) > CHOICES.wide_cells * model.widths.cell_px)


def widest_window(cell_px):
    """The largest radius of a column's window, px."""
    return max(3, int(np.ceil(CHOICES.widest_cells * cell_px)))


def longest_tail(cell_px):
    """The largest radius, px, to which the tail of a column is drawn."""
    return max(3, int(np.ceil(CHOICES.longest_tail_cells * cell_px)))


def started(problem, yx):
    """State before the first step, with columns at yx (n, 2) px."""
    nodes = problem.background.size
    widths = Widths.start(len(yx), problem.cell_px, nodes)
    # A column without amplitude has a derivative by its amplitude only: the first step is linear.
    theta = np.column_stack([yx, np.zeros(len(yx)), widths.typical])
    model = Model(theta, np.zeros(nodes), np.zeros((nodes, 2)), widths)
    guess = FirstGuess.of(problem, yx, theta[:, AMPLITUDE])
    own = OwnWidths(widths.typical, CHOICES.scatter)
    return State(model, own, guess, Coupling.of(model), Damping.none(len(yx)))


def restarted(problem, state, rows, columns):
    """State with some of the columns only (rows (m,)), from the positions and amplitudes of FittedColumns."""
    model, guess, own = state.model, state.guess, state.own_widths
    amplitude = columns.amplitude / problem.image.scale
    theta = np.column_stack([columns.yx, amplitude, model.theta[rows, WIDTH]])
    # Halfway back to the first guess: a column that moves away pass by pass stands on its neighbours.
    yx = np.where(guess.whole[rows, None], (guess.yx[rows] + columns.yx) / 2, columns.yx)
    model = replace(model, theta=theta, widths=replace(model.widths, typical=model.widths.typical[rows]))
    return State(
        model,
        replace(own, free=own.free[rows]),
        FirstGuess.of(problem, yx, theta[:, AMPLITUDE]),
        Coupling.of(model),
        Damping.none(len(rows)),
        noise=state.noise,
        moved=state.moved,
        passes=state.passes,
        held=state.held,
    )
