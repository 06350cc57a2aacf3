"""make spectra-truth: what each reduction finds on toy sets of loops whose mechanisms are known.

Toy sets are those of `ferrotune.simulation.loops`: three mechanisms in domains with straight walls on 40 x 40 points;
saturation, coercive voltage, imprint, tilt and offset vary smoothly. Loops are normalised one by one. Each reduction
has a modest grid of settings (ranks, or beta of one amortised model for all), clustered by a Gaussian mixture (numbers
of clusters, covariances) and by HDBSCAN (least groups), and judged as in a search. Writes results/spectra_truth/:
trials.tsv, a row a setting; reductions.tsv, what the knee and the best trial of each have; rewards.tsv, which rewards
follow the truth.

Choices were made on toy sets of seeds from 11 on; those of seeds 1 to 5 had no part in any.
"""

import sys
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from ferrotune.front.selection import front_of
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.reference.disentanglement import mutual_information_gap
from ferrotune.reference.reward_ranking import reward_rows
from ferrotune.rewards import REWARDS
from ferrotune.search.evaluation import evaluate_batch, judged_scores, reduced_scores
from ferrotune.search.outcomes import RATE
from ferrotune.segmentation.agreement import ari
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops
from helpers.drawn_loops import DrawnLoops, grid_sites

RESULTS = Path(__file__).parents[2] / "results" / "spectra_truth"
SEEDS = (1, 2, 3, 4, 5)
RANKS, CLUSTERS, COVARIANCES = (2, 4, 6), (2, 3, 4), ("tied", "full")
BETAS = (0.001, 0.003, 0.01)
OBJECTIVES = {"boundary_evidence": "maximise", "label_evidence": "maximise"}
SKIPPED = {"polarization_jump", "stability_dose", "stability_seed", "alignment", "bayesian_evidence"}
SHARES, NEIGHBOURS = (0.02, 0.05, 0.1), 20
NEURAL = {"latent": 8, "learning_rate": 1e-2, "amortised": True, "epochs": 150, "patience": 150}
SHOWN = ("rank", "beta", "components", "covariance", "least_share")
CLUSTERINGS = ("gmm", "hdbscan")
LINEAR = ("pca", "nmf", "ica", "dictionary")


@dataclass(frozen=True)
class ToySet:
    """Loops of a toy set, its sites, and the truth: mechanism (site,) and all quantities (site, k), named."""

    described: DrawnLoops
    sites: object
    mechanism: np.ndarray
    factors: np.ndarray
    names: tuple


def toy_set(seed, shape=(40, 40)):
    """Draw a ToySet."""
    made = simulated_loops(LoopSpecimen(shape=shape), seed)
    loops = made.channels["piezoresponse"].reshape(-1, len(made.voltage))
    loops = loops - loops.mean(axis=1, keepdims=True)
    loops = loops / loops.std(axis=1, keepdims=True)
    mechanism = made.mechanism.ravel()
    factors = np.stack([mechanism, *(values.ravel() for values in made.parameters.values())], axis=1)
    names = ("mechanism", *made.parameters)
    return ToySet(DrawnLoops(loops, made.voltage), grid_sites(*shape), mechanism, factors, names)


def _settings(reduction, clustering):
    """Settings (list) of a grid."""
    groups = [{"least_share": share, "neighbours": NEIGHBOURS} for share in SHARES]
    mixtures = [{"components": k, "covariance": covariance} for k, covariance in product(CLUSTERS, COVARIANCES)]
    common = {"gmm": mixtures, "hdbscan": groups}[clustering]
    if reduction == "lstm_vae":
        return [NEURAL | of | {"beta": beta} for of, beta in product(common, BETAS)]
    extra = {"alpha": 1.0} if reduction == "dictionary" else {}
    return [of | {"rank": rank} | extra for of, rank in product(common, RANKS)]


def trials_of(toy, reduction, clustering, seed):
    """Table (DataFrame) of the trials of a reduction: settings, rewards, and agreement with the truth."""
    pipeline = Pipeline("cells", reduction, clustering, Space({"rank": RANKS, "components": CLUSTERS}))
    names = [name for name in REWARDS if name not in SKIPPED]
    settings, rows, known = _settings(reduction, clustering), [], {}
    start = time.process_time()
    outcomes = evaluate_batch(list(enumerate(settings)), pipeline, toy.described, toy.sites, seed, names)
    for outcome, setting in zip(outcomes, settings, strict=True):
        cpu, start = time.process_time() - start, time.process_time()
        if outcome.status == "failed":
            print(reduction, setting, outcome.reason, file=sys.stderr)
            continue
        scores = reduced_scores(pipeline, toy.described, setting, known, outcome.checkpoint)
        scores = judged_scores(scores, toy.sites, RATE)
        gaps = mutual_information_gap(scores, toy.factors)
        row = {"trial": outcome.trial, "status": outcome.status, "ari": ari(outcome.labels, toy.mechanism)}
        row |= {"wall_f1": np.nan, "mig_mechanism": gaps[0], "mig": gaps.mean(), "cpu_s": cpu}
        row |= dict(outcome.rewards) | {name: setting[name] for name in SHOWN if name in setting}
        rows.append(row)
        start = time.process_time()
    return pd.DataFrame(rows)


def knee(table):
    """Row of the selected trial, and of the best by the truth."""
    front = front_of(table.reset_index(drop=True), OBJECTIVES)
    of_trial = table.set_index("trial", drop=False)
    selected = of_trial.loc[front[front["knee"]].iloc[0]["trial"]] if len(front) else None
    return selected, table.loc[table["ari"].idxmax()]


def study(reductions, seeds, shape=(40, 40)):
    """Tables of all trials and of the knees; written as they come."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    tables, knees = [], []
    for seed in seeds:
        toy = toy_set(seed, shape)
        for reduction, clustering in product(reductions, CLUSTERINGS):
            of = {"seed": seed, "reduction": reduction, "clustering": clustering}
            table = trials_of(toy, reduction, clustering, seed).assign(**of)
            tables.append(table)
            selected, best = knee(table)
            row = of | {"best_ari": best["ari"], "cpu_s": table["cpu_s"].sum()}
            if selected is not None:
                kept = ("ari", "mig", "mig_mechanism", "impossible_loops", "reconstruction", *SHOWN)
                row |= {name: selected[name] for name in kept if name in selected}
            knees.append(row)
            print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
            pd.concat(tables).to_csv(RESULTS / "trials.tsv", sep="\t", index=False, float_format="%.4g")
            pd.DataFrame(knees).to_csv(RESULTS / "reductions.tsv", sep="\t", index=False, float_format="%.4g")
    return pd.concat(tables), pd.DataFrame(knees)


def main(reductions, seeds=SEEDS):
    """Judge reductions (list of str; none: all), and rank the rewards by the trials of each."""
    table, _ = study(reductions or [*LINEAR, "lstm_vae"], seeds)
    directions = {name: REWARDS[name].direction for name in REWARDS if name in table}
    ranked = []
    for (reduction, clustering), of in table.groupby(["reduction", "clustering"]):
        rows = reward_rows({seed: trials for seed, trials in of.groupby("seed")}, directions)
        ranked.append(rows.assign(reduction=reduction, clustering=clustering))
    pd.concat(ranked).to_csv(RESULTS / "rewards.tsv", sep="\t", index=False, float_format="%.3g")


if __name__ == "__main__":
    main(sys.argv[1:])
