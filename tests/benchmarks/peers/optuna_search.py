"""Optuna's samplers on a tabulated landscape: python optuna_search.py TABLE.npz FOUND.npz

Reads losses (setting, objective), NaN where a setting is not usable; counts (parameter,) values of each, the
last parameter changing fastest; ordered (parameter,) bool; seeds, trials, batch. Writes for each variant the
numbers of the settings evaluated, (seed, trial) int.

What serves Optuna best was chosen: its own repeats are answered from the table and not counted as evaluations,
and unusable trials are told as failed, which its samplers leave out.
"""

import sys
import warnings

import numpy as np
import optuna
from optuna.samplers import NSGAIISampler, RandomSampler, TPESampler
from optuna.trial import TrialState

ASKS = 20  # proposals asked for per evaluation that is wanted: a search that only repeats itself ends


def variants(batch):
    """Each variant's sampler, as a function of the seed, and its batch."""
    return {
        "motpe": (lambda seed: TPESampler(seed=seed), 1),
        "motpe_multivariate": (lambda seed: TPESampler(seed=seed, multivariate=True), 1),
        "motpe_batches": (lambda seed: TPESampler(seed=seed, constant_liar=True), batch),
        "motpe_multivariate_batches": (
            lambda seed: TPESampler(seed=seed, multivariate=True, constant_liar=True),
            batch,
        ),
        "nsga2": (lambda seed: NSGAIISampler(seed=seed, population_size=20), batch),
        "random": (lambda seed: RandomSampler(seed=seed), batch),
    }


def _asked(study, counts, ordered):
    """A proposal, and the number of its setting."""
    trial = study.ask()
    number = 0
    for i, (count, in_order) in enumerate(zip(counts, ordered, strict=True)):
        if in_order:
            value = trial.suggest_int(f"p{i}", 0, count - 1)
        else:
            value = trial.suggest_categorical(f"p{i}", list(range(count)))
        number = number * count + value
    return trial, number


def searched(sampler, batch, losses, counts, ordered, trials):
    """Numbers (trial,) of the settings that a search evaluates, in order."""
    study = optuna.create_study(directions=["minimize"] * losses.shape[1], sampler=sampler)
    tried = {}
    for _ in range(0, ASKS * trials, batch):
        asked = [_asked(study, counts, ordered) for _ in range(batch)]
        for trial, number in asked:
            tried.setdefault(number)
            if np.isfinite(losses[number]).all():
                study.tell(trial, list(losses[number]))
            else:
                study.tell(trial, state=TrialState.FAIL)
        if len(tried) >= trials:
            break
    numbers = list(tried)[:trials]
    # A search that ends early keeps what it has: its last setting stands for the evaluations that it left.
    return numbers + numbers[-1:] * (trials - len(numbers))


def main(table, output):
    """Search the table with every variant and seed."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    with np.load(table) as given:
        given = dict(given)
    counts, ordered = given["counts"].tolist(), given["ordered"].tolist()
    found = {}
    for name, (sampler, batch) in variants(int(given["batch"])).items():
        found[name] = [
            searched(sampler(seed), batch, given["losses"], counts, ordered, int(given["trials"]))
            for seed in given["seeds"].tolist()
        ]
    np.savez(output, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
