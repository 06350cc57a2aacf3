"""Proposals of a search round: a pure function of the records of the earlier rounds and the seed."""

import itertools

import numpy as np
from hyperopt import JOB_STATE_DONE, STATUS_NEW, STATUS_OK, hp, tpe, trials_from_docs
from hyperopt.base import Domain
from scipy.stats import qmc

from ferrotune.errors import InputError
from ferrotune.front import pareto
from ferrotune.pipelines.space_union import CHOICE, SpaceUnion

RHO = 0.05  # weight of the sum in the augmented Tchebycheff function (Knowles 2006)
GAMMA = 1.0  # the best GAMMA * sqrt(n) of n trials are the good ones of TPE; measured; hyperopt's default is 0.25
EI_CANDIDATES = 24  # samples of each parameter, of which TPE takes the best (hyperopt's default)
KEPT = 0.65  # probability that a parameter keeps the value of a good trial; measured
PARENTS = 3  # one of so many good trials is drawn at random; measured
REDRAWS = 10  # draws that may repeat an earlier setting; then a random untried one is taken


def _seeds(seed, *key):
    return np.random.SeedSequence(seed, spawn_key=key)


def _rng(*key):
    return np.random.default_rng(_seeds(*key))


def _searched(space, names):
    """Parameters for hyperopt: the index of the value, for each parameter with two values or more."""
    searched = {}
    for name in names:
        count = len(space.values(name))
        if count > 1 and space.ordered(name):
            # Its prior halves the probability of both ends; equal probabilities were no better (measured).
            searched[name] = hp.uniformint(name, 0, count - 1)
        elif count > 1:
            searched[name] = hp.randint(name, count)
    return searched


def _domain(space):
    """The space for hyperopt; in a union, the parameters of a member exist only if the member is chosen."""
    if isinstance(space, SpaceUnion):
        members = [_searched(space, space.active(member)) for member in space.members]
        return Domain(None, hp.choice(CHOICE, members))
    return Domain(None, _searched(space, space.names))


def _trial(domain, space, trial, setting, loss):
    """A finished trial as a document of hyperopt; an infinite loss means that the trial has no loss."""
    indices = dict(zip(space.names, space.encode(setting), strict=True))
    result = {"status": STATUS_OK, "loss": float(loss)} if np.isfinite(loss) else {"status": STATUS_NEW}
    misc = {
        "tid": trial,
        "cmd": domain.cmd,
        "idxs": {name: [trial] if indices[name] >= 0 else [] for name in domain.params},
        "vals": {name: [indices[name]] if indices[name] >= 0 else [] for name in domain.params},
    }
    times = dict.fromkeys(("spec", "owner", "book_time", "refresh_time", "exp_key"))
    return {"tid": trial, "state": JOB_STATE_DONE, "result": result, "misc": misc, **times}


def _ranked_scalar(losses, weights):
    """Rank of each trial by the augmented Tchebycheff function of its losses; infinite for NaN rows."""
    weighted = losses * weights
    scalar = weighted.max(axis=1) + RHO * weighted.sum(axis=1)
    ranks = np.full(len(scalar), np.inf)
    # TPE uses the order only; the order of ties in its own sort depends on the machine, a stable rank does not.
    order = np.argsort(scalar, kind="stable")[: np.isfinite(scalar).sum()]
    ranks[order] = np.arange(len(order))
    return ranks


def _tpe_draw(domain, space, docs, gamma, candidates, key):
    """Indices (parameter,) of one setting from hyperopt's TPE: the best of some candidates."""
    seed = int(_seeds(*key).generate_state(1)[0])
    trials = trials_from_docs(docs, validate=False)
    drawn = tpe.suggest(
        [len(docs)],
        domain,
        trials,
        seed,
        n_startup_jobs=0,
        n_EI_candidates=candidates,
        gamma=gamma,
        verbose=False,
    )
    values = drawn[0]["misc"]["vals"]
    single = [0 if name not in domain.params else -1 for name in space.names]
    return np.array([int(values[n][0]) if values.get(n) else s for n, s in zip(space.names, single, strict=True)])


def _untried(space, tried, rng):
    """A random setting that was not tried; all have the same probability."""
    index = int(rng.integers(space.size - len(tried)))
    for taken in sorted(tried):
        if taken > index:
            break
        index += 1
    return space.setting(index)


def _start_design(space, startup, seed):
    """Settings of the start-up trials, which fill the space by scrambled Sobol points; some may be equal."""
    sobol = qmc.Sobol(len(space.names), rng=_rng(seed))
    # Sobol points are balanced only if their number is a power of two.
    points = sobol.random_base2(max(startup - 1, 0).bit_length())[:startup]
    counts = np.array([len(space.values(name)) for name in space.names])
    return [space.decode(np.minimum((point * counts).astype(int), counts - 1)) for point in points]


def _crossed(one, other, keep):
    """Indices (parameter,): from `one` where `keep`, else from `other`; a value that one lacks (-1) from the other."""
    mixed = np.where(keep, one, other)
    return np.where(mixed < 0, np.maximum(one, other), mixed)


def _unless_tried(space, setting, settings, key):
    """The setting itself, or a random untried one if it repeats an earlier setting."""
    tried = {space.index(earlier) for earlier in settings}
    return _untried(space, tried, _rng(*key)) if space.index(setting) in tried else setting


def _guided(space, settings, losses, key):
    """One untried setting for one random weighting of the objectives; failed or pending trials have NaN losses."""
    tried = {space.index(setting) for setting in settings}
    rng = _rng(*key)
    usable = int(np.isfinite(losses).all(axis=1).sum())
    if usable == 0:
        return _untried(space, tried, rng)
    domain = _domain(space)
    ranks = _ranked_scalar(losses, rng.dirichlet(np.ones(losses.shape[1])))
    docs = [_trial(domain, space, *trial) for trial in zip(itertools.count(), settings, ranks)]
    parents = np.argsort(ranks, kind="stable")[: min(PARENTS, usable)]
    # With few usable trials, gamma would count failed trials as good ones.
    gamma = min(GAMMA, (usable - 0.5) / np.sqrt(len(docs)))
    for redraw in range(REDRAWS):
        # The best of many candidates is often the same again: each redraw has half as many.
        candidates = max(1, EI_CANDIDATES >> redraw)
        drawn = _tpe_draw(domain, space, docs, gamma, candidates, (*key, redraw))
        # TPE draws each parameter by itself; values of a good trial that fit together must be kept together.
        parent = space.encode(settings[rng.choice(parents)])
        setting = space.decode(_crossed(np.array(parent), drawn, rng.random(len(parent)) < KEPT))
        if space.index(setting) not in tried:
            return setting
    return _untried(space, tried, rng)


def losses_of(records, objectives):
    """Losses (trial, objective), smaller is better, objectives by name; NaN for trials that may not guide the search.

    Parameters
    ----------
    records : sequence of dict with ``rewards`` (dict of name to float)
    objectives : dict of reward name to direction
    """
    names = sorted(objectives)
    rewards = np.full((len(records), len(names)), np.nan)
    for row, record in zip(rewards, records, strict=True):
        found = (record["rewards"].get(name) for name in names)
        row[:] = [np.nan if value is None else value for value in found]
    return pareto.losses(rewards, [objectives[name] for name in names])


def suggest(
    space,
    records,
    objectives,
    n,
    round,
    seed,
    startup,
):
    """Propose the settings of one round of trials.

    Parameters
    ----------
    space : Space or SpaceUnion
    records : sequence of dict
        The trials of all earlier rounds in order: ``setting`` (dict), ``status`` (str) and ``rewards``
        (dict of name to float).
    objectives : dict of str to str
        Two rewards or more, each with 'minimise' or 'maximise'.
    n : int
        Number of proposals. The first k of n are the same for every n >= k.
    round, seed : int
        Not negative. Proposal i draws from ``SeedSequence(seed, spawn_key=(round, i))``.
    startup : int
        Number of trials at the start of the search that fill the space evenly; TPE proposes the later ones.

    Returns
    -------
    list of dict
        At most `n` settings, distinct and not in the records; fewer if the space has no more.

    Raises
    ------
    InputError
        If there are fewer than two objectives, a direction is unknown, or a record has a setting of another space.

    Notes
    -----
    hyperopt's tree-structured Parzen estimator (J. Bergstra et al., NeurIPS 24 (2011)) on a random augmented
    Tchebycheff scalarisation per proposal (ParEGO: J. Knowles, IEEE TEVC 10, 50 (2006), Eq. 2, rho = 0.05). The
    weights are uniform on the simplex. The densities of TPE are those of single parameters. So each proposal keeps
    some parameters of one of the trials that are best with its weights, and takes the others from TPE, as in uniform
    crossover (G. Syswerda, ICGA 3, 2 (1989)); this is ours. Earlier proposals of the round are trials without a loss.

    If a few settings in a thousand determine the hypervolume of the front, a search of a hundred trials may miss them.
    More trials help then. Other values of the constants above do not help (measured). A Gaussian process does not help
    either, with Thompson sampling, expected hypervolume improvement or a lower confidence bound, over all settings or
    over proposals such as these. From a hundred trials, a regression forest explains a fifth of the variance of other
    settings for the pair of rewards of the paper, and two thirds for the default pair, but not the few best settings.
    """
    if len(objectives) < 2:
        raise InputError(f"objectives: {list(objectives)} is fewer than two; name two rewards or more")
    losses = pareto.normalise(losses_of(records, objectives))
    settings = [record["setting"] for record in records]
    start = _start_design(space, startup, seed)
    proposals = min(n, space.size - len({space.index(setting) for setting in settings}))
    for proposal in range(proposals):
        key = (seed, round, proposal)
        if len(settings) < startup:
            setting = _unless_tried(space, start[len(settings)], settings, key)
        else:
            setting = _guided(space, settings, losses, key)
        settings.append(setting)
        losses = np.vstack([losses, np.full(losses.shape[1], np.nan)])
    return settings[len(records) :]


def exhaustive(space, start, n):
    """Settings `start` to `start + n` - 1 of a space, in order; fewer at its end."""
    return [space.setting(index) for index in range(start, min(start + n, space.size))]
