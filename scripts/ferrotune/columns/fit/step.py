"""One step of the columns' fit, from state to state."""

from dataclasses import replace

import numpy as np

from ferrotune.columns.fit import elongations, schedule
from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH, windows
from ferrotune.columns.fit.normal_matrix import Layer, curvature, gradient
from ferrotune.columns.fit.priors import hold_unseen, prior_of_columns
from ferrotune.columns.fit.solver import solve
from ferrotune.columns.fit.state import Comparison, Model, widest_window
from ferrotune.columns.fit.tails import tail_layers
from ferrotune.columns.fit.widths import are_bright


def compared(problem, state):
    """Comparison of a state's model with the image, its noise, and its mean weighted square."""
    model, threads = state.model, problem.threads
    width = np.median(model.widths.typical)
    radius = min(widest_window(problem.cell_px), max(3, int(np.ceil(CHOICES.window_widths * width))))
    at = windows(model.theta[:, :2], radius, problem.image.pad)
    elongation = problem.shares(model.theta[:, :2]) @ model.elongation
    layers = [Layer(model.theta, elongation, at), *tail_layers(problem, model.theta, elongation, model.tails)]
    image = problem.image.model(layers, problem.background, model.level, threads)
    noise = state.noise
    if schedule.noise_is_measured(state.passes):
        noise = problem.image.noise(image, model.theta, threads)
    *weights, square = problem.image.weigh(image, noise, threads)
    return Comparison(layers, *weights), noise, square


def _downhill(problem, state):
    """State whose model is compared with the image; a last step that led uphill is halved until it does not."""
    for halvings in range(CHOICES.most_halvings + 1):
        comparison, noise, square = compared(problem, state)
        state = replace(state, noise=noise)
        if square <= CHOICES.uphill * state.square or halvings == CHOICES.most_halvings:
            break
        caution = CHOICES.harder * state.caution + 1
        state = replace(state, caution=caution, model=state.model.halfway(state.lowest))
    return replace(state, comparison=comparison, lowest=state.model, square=square)


def _with_matrix(problem, state):
    """State with the normal matrix of its model."""
    coupling, layers = state.coupling.renewed(state.model), state.comparison.layers
    at, weight = layers[0].at, state.comparison.weight
    if len(layers) > 1:
        radius = min(widest_window(problem.cell_px), max(layer.at.size for layer in layers) // 2)
        at = windows(layers[0].theta[:, :2], radius, problem.image.pad)
    matrix = curvature(layers, at, weight, problem.background, coupling.pairs, problem.threads)
    hold_unseen(matrix, problem.reach)
    return replace(state, coupling=coupling, matrix=matrix)


def _solved(problem, state, slope, nodes, fixed):
    """Model after a whole step of the normal equations or a part of it, that part, and the state's prior.

    slope (n, 4): gradient. nodes (n, m): shares of the background's nodes in the columns. fixed: widths wait.
    """
    model, guess, matrix = state.model, state.guess, state.matrix
    prior, pull = prior_of_columns(problem, state, fixed)
    stiff = prior.copy()
    stiff[:, :2] += 1 / problem.reach**2
    diagonal = np.einsum("nii->ni", matrix.own)
    damping = state.caution + CHOICES.wide_damping * state.coupling.wide
    stiff += (state.damping.value + damping)[:, None] * diagonal
    dim = np.where(are_bright(model.theta), 0, 1)
    field = model.widths.field(nodes, dim, guess.outside, fixed)
    field.stiffness[:] += damping * (field.shares.T @ diagonal[:, WIDTH])
    tolerance = schedule.tolerance(state.passes)
    of_nodes = problem.background.gradient(state.comparison.weighted, problem.threads)
    step, wider, level = solve(matrix, stiff, slope, pull, of_nodes, field, tolerance, problem.threads)
    # Where widths would change too much at once, all parameters take a part of the step.
    part = model.widths.part(field, wider)
    step = part * step
    widths = model.widths.moved(field, part * wider, dim, guess.outside)
    step[:, WIDTH] += widths.typical - model.widths.typical
    theta = _bounded(problem, state, step, widths)
    return Model(theta, model.level + part * level, model.elongation, widths, model.tails), part, prior


def _bounded(problem, state, step, widths):
    """Columns (n, 4) after their steps (n, 4), within bounds."""
    before, guess, reach = state.model.theta, state.guess, problem.reach
    if state.passes:
        # Overlapping columns exchange intensity slowly: otherwise one would take it from the other in turn.
        amplitude = before[:, AMPLITUDE]
        most = CHOICES.intensity_share * np.maximum(amplitude, np.median(amplitude))
        step[:, AMPLITUDE] = np.clip(step[:, AMPLITUDE], -most, most)
    longest = CHOICES.step_cells * problem.cell_px
    step[:, :2] = np.clip(step[:, :2], -longest, longest)
    theta = before + step
    theta[:, :2] = np.clip(theta[:, :2], guess.yx - reach, guess.yx + reach)
    brightest = CHOICES.brightest * np.percentile(theta[:, AMPLITUDE], 95)
    theta[:, AMPLITUDE] = np.clip(theta[:, AMPLITUDE], 0, max(brightest, 0))
    theta[:, WIDTH] = widths.within(theta[:, WIDTH])
    return theta


def _after(problem, state, model, part):
    """State with a new model, its damping by how columns moved, and the pass counted."""
    moved = (model.theta - state.model.theta)[:, :2]
    furthest = np.abs(moved).max(axis=1)
    stale = schedule.matrix_is_kept(state.passes) & (furthest > CHOICES.moving_cells * problem.cell_px)
    held = state.held + (part < 1)
    return replace(
        state,
        model=model,
        damping=state.damping.after(moved, stale),
        caution=state.caution * CHOICES.softer,
        moved=np.percentile(np.append(furthest[~state.guess.outside], 0), 99) if part == 1 else np.inf,
        held=held,
        passes=state.passes + bool(part == 1 or held > CHOICES.most_held),
    )


def step(problem, state):
    """Take a Gauss-Newton step of all columns and the background towards the least weighted squares.

    Parameters
    ----------
    problem : ferrotune.columns.fit.state.Problem
    state : ferrotune.columns.fit.state.State

    Returns
    -------
    State
    """
    state = _downhill(problem, state)
    model, guess, comparison = state.model, state.guess, state.comparison
    nodes = problem.shares(model.theta[:, :2])
    slope, by_shape = gradient(comparison.layers, comparison.weighted, problem.threads)
    if schedule.matrix_is_renewed(state.passes):
        state = _with_matrix(problem, state)
    own, fixed, elongation = state.matrix.own, schedule.widths_wait(state.passes), model.elongation
    if not fixed:
        bright = are_bright(model.theta) & ~guess.outside
        own_widths, slope = model.widths.own_widths(state.own_widths, model.theta, own, slope, bright)
        state = replace(state, own_widths=own_widths)
        elongation = elongations.improved(elongation, nodes, model.theta, own, by_shape, guess.whole)
    after, part, prior = _solved(problem, state, slope, nodes, fixed)
    return _after(problem, replace(state, prior=prior), replace(after, elongation=elongation), part)
