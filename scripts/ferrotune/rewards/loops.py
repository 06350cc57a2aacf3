"""Rewards of spectra: what the scores of hysteresis loops keep of them, and the sense of the loops they generate."""

import numpy as np

from ferrotune.rewards.registry import reward

MOST_STEPS = 2  # switching steps of a branch that a sample shows; three states need two (Qin et al.)
RATE = 2.0  # nats that a score may carry about its loop, in the mean over scores; ours
MOVED = 0.1  # share of the largest score's effect on the loops below which a score does nothing


@reward(
    "minimise",
    "1",
    "A loop closes, follows the voltage and has few steps: scores that generate others are no quantities of a sample.",
    "ours; the criticism of linear components is that of Qin et al., Adv. Mater. 34, 2202814 (2022)",
    needs=("loops",),
    costly=True,
)
def impossible_loops(segmentation):
    """Share of loops generated along each score, over the range of the sites, that no sample could have.

    NaN where the voltage does not go down and up once.
    """
    from ferrotune.loops.branches import branches_of
    from ferrotune.loops.physical_sense import impossible

    loops = segmentation.loops
    if len(branches_of(loops.axis).start) != 2:
        return np.nan
    return impossible(loops.axis, loops.traversals.reshape(-1, len(loops.axis)), MOST_STEPS).mean()


@reward(
    "maximise",
    "1",
    "Scores that each carry little still give the loops back: a short description, of what loops have in common.",
    "rate and distortion: Alemi et al., ICML (2018), in our form",
    needs=("loops",),
    costly=True,
)
def reconstruction(segmentation):
    """Share of the variance of loops that scores give back when each is known to 2 nats only."""
    loops = segmentation.loops
    # Gaussian noise on a score of standard deviation 1 leaves log(1 + 1 / noise^2) / 2 nats of it
    noise = loops.scores.std(axis=0) / np.sqrt(np.expm1(2 * RATE))
    noisy = loops.scores + noise * np.random.default_rng(0).standard_normal(loops.scores.shape)
    missed = ((loops.generate(noisy) - loops.real) ** 2).sum()
    return 1 - missed / ((loops.real - loops.real.mean(axis=0)) ** 2).sum()


@reward(
    "minimise",
    "1",
    "A quantity that changes gradually changes the loop gradually: no jump along a score.",
    "ours",
    needs=("loops",),
    costly=True,
)
def traversal_jump(segmentation):
    """Largest part of the change of the loop along a score that comes in one of its eight parts; 1/8 is even."""
    steps = np.linalg.norm(np.diff(segmentation.loops.traversals, axis=1), axis=2)  # (score, part)
    total = steps.sum(axis=1)
    used = total > MOVED * total.max()
    return np.average(steps[used].max(axis=1) / total[used], weights=total[used]) if used.any() else np.nan


@reward(
    "minimise",
    "nat",
    "Scores are quantities of their own: what one says, no other repeats.",
    "total correlation: Watanabe, IBM J. Res. Dev. 4, 66 (1960); of a Gaussian: Locatello et al., ICML (2019)",
    needs=("loops",),
    costly=True,
)
def total_correlation(segmentation):
    """Total correlation of the scores of all sites, after each is made Gaussian by its ranks, nats; 0: independent."""
    from scipy.stats import norm, rankdata

    scores = segmentation.loops.scores
    scores = scores[:, np.ptp(scores, axis=0) > 0]
    if scores.shape[1] < 2:
        return np.nan
    ranks = norm.ppf((rankdata(scores, axis=0) - 0.5) / len(scores))
    sign, logarithm = np.linalg.slogdet(np.corrcoef(ranks, rowvar=False))
    return -logarithm / 2 if sign > 0 else np.nan


@reward(
    "maximise",
    "1",
    "What is real is found again: models of two other seeds have the same scores, up to their order and sign.",
    "unsupervised disentanglement ranking (UDR): Duan et al., ICLR (2020)",
    needs=("loops",),
    costly=True,
)
def seed_agreement(segmentation):
    """Mean UDR of the scores with those of models trained with two other seeds; 1 if each has one counterpart.

    NaN for a reduction that is not trained: another seed gives the same scores.
    """
    loops = segmentation.loops
    if loops.again is None:
        return np.nan
    trained = [loops.scores, *(loops.again(n) for n in (1, 2))]
    return np.mean([_udr(trained[a], trained[b]) for a, b in ((0, 1), (0, 2), (1, 2))])


def _udr(one, other):
    """UDR of two sets of scores (site, r) by rank correlation: Duan et al., eq. 2, with the variance as the weight."""
    from scipy.stats import spearmanr

    one, other = (s[:, s.std(axis=0) > MOVED * s.std(axis=0).max()] for s in (one, other))
    both = np.abs(spearmanr(one, other).statistic)
    if np.ndim(both) == 0:  # one score each
        return float(both)
    similar = both[: one.shape[1], one.shape[1] :]
    ways = []
    for table in (similar, similar.T):
        best = table.max(axis=0)
        ways.append(np.mean(best**2 / table.sum(axis=0)))
    return float(np.mean(ways))
