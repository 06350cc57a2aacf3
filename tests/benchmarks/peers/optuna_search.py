"""Optuna's samplers on a tabulated landscape: python optuna_search.py TABLE.npz FOUND.npz

Reads losses (setting, objective), NaN where a setting has none; stands (setting,) bool, whether a wall stands; counts
(parameter,) values of each, the last parameter changing fastest; ordered (parameter,) bool; seeds, trials, batch, and
`few`, the number of the first seeds that the samplers with Gaussian processes search with, which take minutes each.
Writes for each variant the numbers of the settings evaluated, (seed, trial) int.

What serves Optuna best was chosen: its own repeats are answered from the table and not counted as evaluations. Without
constraints, settings without losses are told as failed, which its samplers leave out. With constraints, a setting where
no wall stands is not feasible, and those without losses have the worst ones found so far.
"""

import sys
import warnings

import numpy as np
import optuna
from optuna.samplers import GPSampler, NSGAIIISampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.trial import TrialState

ASKS = 20  # proposals asked for per evaluation that is wanted: a search that only repeats itself ends
WITHOUT_GAIN = 40  # batches one after another that only repeat: the search is taken as ended
STARTUP = 16  # as ours


def _tpe(**options):
    return lambda seed: TPESampler(seed=seed, multivariate=True, **options)


def _gp(seed):
    return GPSampler(seed=seed, n_startup_trials=STARTUP, deterministic_objective=True)


def variants(batch):
    """Each variant: sampler as a function of the seed, its batch, whether it has constraints, whether it is slow."""
    return {
        "motpe": (_tpe(constant_liar=False), 1, False, False),
        "motpe_batches": (_tpe(constant_liar=True), batch, False, False),
        "motpe_batches_constraints": (_tpe(constant_liar=True), batch, True, False),
        "nsga2": (lambda seed: NSGAIISampler(seed=seed, population_size=20), batch, False, False),
        "nsga3_constraints": (lambda seed: NSGAIIISampler(seed=seed, population_size=20), batch, True, False),
        "random": (lambda seed: RandomSampler(seed=seed), batch, False, False),
        "gp_batches": (_gp, batch, False, True),
        "gp_batches_constraints": (_gp, batch, True, True),
    }


def _asked(study, counts, ordered):
    """A proposal, and the number of its setting."""
    trial = study.ask()
    number = 0
    for i, (count, in_order) in enumerate(zip(counts, ordered, strict=True)):
        if count == 1:
            continue
        if in_order:
            value = trial.suggest_int(f"p{i}", 0, count - 1)
        else:
            value = trial.suggest_categorical(f"p{i}", list(range(count)))
        number = number * count + value
    return trial, number


def _tell(study, trial, losses, stands, worst):
    """Tell a trial its losses (objective,); `worst` (objective,) stands for those that it lacks, if there are any."""
    if worst is None:
        known = np.isfinite(losses).all()
        return study.tell(trial, list(losses) if known else None, None if known else TrialState.FAIL)
    trial.set_constraint("a wall stands", -1.0 if stands else 1.0)
    return study.tell(trial, list(np.where(np.isfinite(losses), losses, worst)))


def searched(sampler, batch, constrained, table):
    """Numbers (trial,) of the settings that a search evaluates, in order."""
    losses, trials = table["losses"], int(table["trials"])
    counts, ordered = table["counts"].tolist(), table["ordered"].tolist()
    study = optuna.create_study(directions=["minimize"] * losses.shape[1], sampler=sampler)
    tried, idle = {}, 0
    for _ in range(0, ASKS * trials, batch):
        asked = [_asked(study, counts, ordered) for _ in range(batch)]
        before = len(tried)
        for _, number in asked:
            tried.setdefault(number)
        seen = losses[list(tried)]
        worst = (
            np.nan_to_num(np.nanmax(np.vstack([seen, np.full(losses.shape[1], -1e9)]), axis=0)) if constrained else None
        )
        for trial, number in asked:
            _tell(study, trial, losses[number], table["stands"][number], worst)
        idle = 0 if len(tried) > before else idle + 1
        if len(tried) >= trials or idle >= WITHOUT_GAIN:
            break
    numbers = list(tried)[:trials]
    # A search that ends early keeps what it has: its last setting stands for the evaluations that it left.
    return numbers + numbers[-1:] * (trials - len(numbers))


def main(given, output):
    """Search the table with every variant and seed."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    with np.load(given) as loaded:
        table = dict(loaded)
    found = {}
    for name, (sampler, batch, constrained, slow) in variants(int(table["batch"])).items():
        seeds = table["seeds"][table["seeds"] < table["few"]] if slow else table["seeds"]
        searches = [searched(sampler(seed), batch, constrained, table) for seed in seeds.tolist()]
        found[name] = np.array(searches, int).reshape(len(seeds), int(table["trials"]))
    np.savez(output, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
