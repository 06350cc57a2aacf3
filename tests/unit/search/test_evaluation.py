"""Trials of painted domains: scored as what they are, each by itself, and none is lost."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from ferrotune.clusterings import gmm
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.rewards import cheap
from ferrotune.search.evaluation import evaluate_batch, trial_seed
from ferrotune.search.outcomes import Judging, evaluated
from ferrotune.segmentation import labels as labelling
from ferrotune.segmentation import statuses
from ferrotune.sites.sites import Sites
from helpers.stacks import stack_of

CELL = 10.0
ROWS, COLUMNS = 24, 26
SETTING = {"flatten": 1, "denoise": "none", "w1": 1.0, "w2": 1.5, "rank": 4, "components": 2, "covariance": "tied"}

PIPELINE = Pipeline("patches", "pca", "gmm", Space({"rank": (None, 2, 4, 8)}))


def grid():
    index = np.argwhere(np.ones((ROWS, COLUMNS)))
    return CELL * (index + 1), (index[:, 1] >= 12).astype(int)


@pytest.fixture(scope="module")
def sites():
    yx, _ = grid()
    return Sites.of(yx, np.ones((int(CELL) * (ROWS + 1), int(CELL) * (COLUMNS + 1)), bool), CELL)


@pytest.fixture(scope="module")
def patches():
    """Two motifs with one straight wall between their domains."""
    rng = np.random.default_rng(0)
    motifs = rng.normal(size=(2, 21, 21))
    _, domain = grid()
    return (motifs[domain] + 0.8 * rng.normal(size=(len(domain), 21, 21))).astype(np.float32)


def run(batch, patches, sites, seed=1, covariance=True):
    stack = stack_of(patches, CELL, covariance=covariance)
    return {o.trial: o for o in evaluate_batch(batch, PIPELINE, stack, sites, seed)}


def same(one, other):
    """Whether two outcomes agree in every bit, but for the seconds that they took."""
    assert np.array_equal(one.labels, other.labels)
    assert one.walls.segments.tobytes() == other.walls.segments.tobytes()
    assert np.array_equal(one.wall_verdicts.significance, other.wall_verdicts.significance)
    assert [p.tobytes() for p in one.walls.paths] == [p.tobytes() for p in other.walls.paths]
    assert np.array_equal(list(one.rewards.values()), list(other.rewards.values()), equal_nan=True)
    assert (one.status, one.reason) == (other.status, other.reason)
    return True


def test_a_straight_wall_is_found_and_scored(patches, sites):
    outcome = run([(0, SETTING)], patches, sites)[0]
    _, domain = grid()
    assert np.array_equal(outcome.labels, 1 - domain)  # the larger domain is label 0
    assert outcome.status == statuses.OK and outcome.reason == ""
    assert outcome.wall_verdicts.stands.tolist() == [True] and outcome.verdict.value < outcome.verdict.limit
    assert outcome.rewards["curvature"] < 0.02
    assert outcome.rewards["length"] == pytest.approx(ROWS, abs=2)
    assert outcome.seconds > 0


@pytest.mark.parametrize("covariance", [True, False])
@pytest.mark.parametrize("rank", [2, 8, None])
def test_a_trial_does_not_hang_on_its_batch(patches, sites, rank, covariance):
    """The same trial alone, first, last, and after one that failed: bit by bit the same."""
    trial = (7, {**SETTING, "rank": rank, "components": 3, "covariance": "full"})
    others = [(n, {**SETTING, "rank": r, "components": n}) for n, r in ((2, 2), (3, 8), (4, None), (900, 4))]
    alone = run([trial], patches, sites, covariance=covariance)[7]
    for batch in ([trial, *others], [*others, trial], [*others[:2], trial, *others[2:]]):
        assert same(alone, run(batch, patches, sites, covariance=covariance)[7])


def test_without_a_rank_the_raw_pixels_are_clustered(patches, sites):
    """Paper mode: the labels that scikit-learn finds in the window's pixels themselves."""
    setting = {**SETTING, "w1": 0.5, "w2": 0.7, "rank": None}
    outcome = run([(3, setting)], patches, sites)[3]
    raw = patches[:, 8:13, 7:14].reshape(len(patches), -1).astype(float)
    mixture = GaussianMixture(2, covariance_type="tied", random_state=trial_seed(1, 3)).fit(raw)
    assert adjusted_rand_score(mixture.predict(raw), outcome.labels) == 1


def test_a_trial_that_raises_is_a_row_and_the_others_go_on(patches, sites):
    impossible = {**SETTING, "components": len(patches) + 1}
    outcomes = run([(0, SETTING), (1, impossible), (2, {**SETTING, "rank": 8})], patches, sites)
    assert list(outcomes) == [0, 1, 2]
    failed = outcomes[1]
    assert failed.status == statuses.FAILED == "failed"
    assert failed.reason.startswith("ValueError: ") and "\n" not in failed.reason
    assert (failed.labels == -1).all() and len(failed.labels) == len(patches)
    assert all(math.isnan(value) for value in failed.rewards.values()) and set(failed.rewards) == set(cheap())
    assert outcomes[0].status == outcomes[2].status == statuses.OK


@pytest.mark.parametrize(
    "error", [ValueError("one\ntwo"), np.linalg.LinAlgError(""), MemoryError(), FloatingPointError("x")]
)
def test_reasons_of_failures_are_one_line(patches, sites, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(labelling, "cluster", fail)
    outcome = run([(0, SETTING)], patches, sites)[0]
    assert outcome.status == statuses.FAILED
    assert outcome.reason.startswith(type(error).__name__) and "\n" not in outcome.reason


def test_a_fault_of_the_program_is_no_outcome(patches, sites, monkeypatch):
    monkeypatch.setattr(labelling, "cluster", lambda *_: 1 / None)
    with pytest.raises(TypeError):
        run([(0, SETTING)], patches, sites)


@pytest.mark.filterwarnings("ignore:invalid value")  # of a variance that is none, by scikit-learn
def test_descriptors_without_information_fail_every_trial_of_theirs(sites):
    flat = np.ones((ROWS * COLUMNS, 21, 21), np.float32)
    outcomes = run([(0, SETTING), (1, SETTING)], flat, sites)
    assert [o.status for o in outcomes.values()] == [statuses.FAILED] * 2


def test_trials_of_one_cluster_and_of_noise_are_named(patches, sites):
    one = run([(0, {**SETTING, "components": 1})], patches, sites)[0]
    assert one.status == statuses.ONE_CLUSTER
    assert all(math.isnan(value) for value in one.rewards.values())
    noise = np.random.default_rng(0).normal(size=patches.shape).astype(np.float32)
    of_noise = run([(0, SETTING)], noise, sites)[0]
    assert of_noise.status == statuses.ONE_CLUSTER and of_noise.labels.max() == -1  # no site is decided


def test_a_judgement_does_not_hang_on_the_names_of_labels(sites):
    _, domain = grid()
    scores = domain[:, None] + 0.1 * np.random.default_rng(0).normal(size=(len(domain), 3))
    clusters = labelling.Clusters(gmm, {"components": 2, "covariance": "tied"})
    one, other = (
        evaluated(0, labels.astype(np.int8), scores, sites, (5, 5), cheap(), clusters)
        for labels in (domain, 1 - domain)
    )
    assert one.rewards == pytest.approx(other.rewards, rel=1e-12, nan_ok=True)
    assert one.status == other.status == statuses.OK


@given(seed=st.integers(0, 2**31), trial=st.integers(0, 10**6))
def test_seeds_are_of_the_trial_and_the_config(seed, trial):
    assert trial_seed(seed, trial) == trial_seed(seed, trial)
    assert 0 <= trial_seed(seed, trial) < 2**31


def test_seeds_differ():
    seeds = {trial_seed(seed, trial) for seed in range(4) for trial in range(500)}
    assert len(seeds) == 4 * 500


def test_trials_share_descriptors_where_nothing_of_these_differs():
    same_descriptors = {**SETTING, "rank": 8, "components": 5, "covariance": "full"}
    assert PIPELINE.descriptor_key(SETTING) == PIPELINE.descriptor_key(same_descriptors)
    for name in ("flatten", "denoise", "w1", "w2"):
        assert PIPELINE.descriptor_key(SETTING) != PIPELINE.descriptor_key({**SETTING, name: 9})


def stability(patches, halves, sites, components=2):
    """Stability under seed and dose of a trial on patches that is not judged, with those of the half-dose images."""
    halves, setting = [stack_of(half, CELL) for half in halves], {**SETTING, "components": components}
    named, known = ["stability_seed", "stability_dose"], {"halves": halves, "judging": Judging(rate=None)}
    outcome = next(evaluate_batch([(0, setting)], PIPELINE, stack_of(patches, CELL), sites, 1, named, **known))
    assert list(outcome.rewards) == named
    return list(outcome.rewards.values())


def test_what_stands_in_the_image_stands_again(patches, sites):
    """A wall stands under other seeds and in both halves; in noise halves find nothing alike, and seeds little."""
    rng = np.random.default_rng(1)
    halves = [patches + rng.normal(size=patches.shape).astype(np.float32) for _ in range(2)]
    assert min(stability(patches, halves, sites)) > 0.9
    noise = [rng.normal(size=patches.shape).astype(np.float32) for _ in range(3)]
    seed, dose = stability(noise[0], noise[1:], sites, components=4)
    assert seed < 0.6 and abs(dose) < 0.1


def test_without_halves_there_is_no_stability_under_dose(patches, sites):
    seed, dose = stability(patches, [], sites)
    assert seed > 0.9 and math.isnan(dose)


def test_a_trial_that_decides_no_site_is_not_on_the_front(sites):
    """Noise of one cell: all sites are undecided, and no reward is a number."""
    noise = np.random.default_rng(2).normal(size=(len(sites), 2))
    of_scores = labelling.Clusters(gmm, {"components": 3, "covariance": "full"})
    labels = np.random.default_rng(3).integers(0, 3, len(sites)).astype(np.int8)
    outcome = evaluated(0, labels, noise, sites, (1, 1), ["boundary_evidence", "label_evidence"], of_scores)
    assert outcome.labels.max() == -1 and outcome.status == statuses.ONE_CLUSTER
    assert all(math.isnan(value) for value in outcome.rewards.values())
