"""BoTorch's qLogNEHVI on a tabulated landscape: python botorch_search.py TABLE.npz FOUND.npz

Reads and writes as optuna_search.py does, with `few` searches. One Gaussian process for each objective and one for
whether a wall stands, which is the constraint. Choices are one-hot, ordered parameters are scaled to 0 ... 1. The
acquisition function is maximised over 2,000 random settings of those that are left, one of a batch after another.
Settings without losses have the worst ones found so far.
"""

import sys
import warnings

import numpy as np
import torch
from botorch import fit_gpytorch_mll
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.objective import IdentityMCMultiOutputObjective
from botorch.models import ModelListGP, SingleTaskGP
from botorch.models.transforms import Standardize
from botorch.sampling import SobolQMCNormalSampler
from gpytorch.mlls import SumMarginalLogLikelihood
from scipy.stats import qmc

STARTUP = 16  # as ours
SAMPLES = 32  # of the posterior
CANDIDATES = 2000  # settings that the acquisition function is maximised over
STEPS = 40  # of each fit
BEYOND = 0.1  # of the span between best and worst losses, from the worst to the reference point


def features(counts, ordered):
    """Features (setting, feature) of all settings: one-hot choices, ordered parameters from 0 to 1."""
    index = np.stack(np.unravel_index(np.arange(np.prod(counts)), counts), axis=1)
    columns = []
    for values, count, in_order in zip(index.T, counts, ordered, strict=True):
        if count > 1:
            columns.append(values[:, None] / (count - 1) if in_order or count == 2 else np.eye(count)[values])
    return torch.tensor(np.concatenate(columns, axis=1), dtype=torch.double)


def _start(counts, seed):
    """Numbers of the settings that fill the space evenly, all different."""
    points = qmc.Sobol(len(counts), rng=np.random.default_rng(seed)).random(4 * STARTUP)
    index = np.minimum((points * counts).astype(int), np.array(counts) - 1)
    return list(dict.fromkeys(np.ravel_multi_index(index.T, counts).tolist()))[:STARTUP]


def _acquisition(x, gains, stands, seed):
    """qLogNEHVI of what is known: x (trial, feature), gains (trial, objective), to be maximised, stands (trial,)."""
    outcomes = torch.cat([gains, torch.where(stands, 1.0, -1.0)[:, None].double()], dim=1)
    models = ModelListGP(*(SingleTaskGP(x, y[:, None], outcome_transform=Standardize(1)) for y in outcomes.T))
    steps = {"options": {"maxiter": STEPS}}
    fit_gpytorch_mll(SumMarginalLogLikelihood(models.likelihood, models), optimizer_kwargs=steps)
    best, worst = gains.max(0).values, gains.min(0).values
    return qLogNoisyExpectedHypervolumeImprovement(
        model=models,
        ref_point=worst - BEYOND * (best - worst),
        X_baseline=x,
        sampler=SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=seed),
        objective=IdentityMCMultiOutputObjective(outcomes=[0, 1]),
        constraints=[lambda z: -z[..., 2]] if bool(stands.any()) and not bool(stands.all()) else None,
        prune_baseline=True,
    )


def searched(seed, table, space):
    """Numbers (trial,) of the settings that a search evaluates, in order."""
    losses, trials, batch = table["losses"], int(table["trials"]), int(table["batch"])
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    numbers = _start(table["counts"].tolist(), seed)
    while len(numbers) < trials:
        known = losses[numbers]
        known = np.where(np.isfinite(known), known, np.nan_to_num(np.nanmax(known, axis=0)))
        stands = torch.tensor(table["stands"][numbers])
        asked = _acquisition(space[numbers], torch.tensor(-known), stands, seed + len(numbers))
        chosen = []
        for _ in range(batch):
            left = rng.permutation(np.setdiff1d(np.arange(len(space)), numbers + chosen))[:CANDIDATES]
            with torch.no_grad():
                values = asked(space[left].unsqueeze(1))
            chosen.append(int(left[int(values.argmax())]))
            asked.set_X_pending(space[chosen])
        numbers += chosen
    return numbers[:trials]


def main(given, output):
    """Search the table with every seed."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    with np.load(given) as loaded:
        table = dict(loaded)
    space = features(table["counts"].tolist(), table["ordered"].tolist())
    searches = [searched(seed, table, space) for seed in table["seeds"].tolist() if seed < table["few"]]
    np.savez(output, qlognehvi_constraints=np.array(searches, int).reshape(len(searches), int(table["trials"])))


if __name__ == "__main__":
    main(*sys.argv[1:])
