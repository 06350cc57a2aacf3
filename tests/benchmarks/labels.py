"""labels_match_plain: the fast path's labels against scikit-learn's own, from the same patches, setting by setting.

Plain is: the window's pixels in float64, a full singular value decomposition, the same mixture from the same seed.
"""

import time

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from benchmarks.full_size import PAPER, SPECIMEN, random_settings, stores
from benchmarks.rows import Row
from benchmarks.stages import describe_sites, described, patch_gmm
from ferrotune.clusterings import gmm
from ferrotune.descriptors._patch_stack import PatchStack
from ferrotune.search.evaluation import trial_seed
from ferrotune.segmentation.labels import cluster

SETTINGS = 20
SHAPE = (2200, 2200)  # over 5,000 sites, more than a window has pixels: a covariance is taken
RANKS = (4, 8, 16)


def _labels(stack, setting, seed):
    """Labels of the fast and of the plain path, and the seconds of each."""
    found, seconds = [], []
    for scores in (
        lambda: stack.principal_components(setting, max(RANKS))[:, : setting["rank"]],
        lambda: PCA(setting["rank"], svd_solver="full").fit_transform(stack.features(setting).astype(float)),
    ):
        start = time.perf_counter()
        found.append(cluster(scores(), gmm, setting, seed))
        seconds.append(time.perf_counter() - start)
    return found, seconds


def measure():
    """Rows: the least adjusted Rand index over the settings, and their mean."""
    rng = np.random.default_rng(0)
    settings = [
        {**setting, "rank": int(rng.choice(RANKS)), "components": int(rng.integers(2, 7))}
        for setting in random_settings(SETTINGS)
    ]
    with stores({**SPECIMEN, "shape": SHAPE}) as folder:
        describe_sites(folder, patch_gmm(PAPER), threads=2)
        stack = PatchStack.open(described(folder, patch_gmm(PAPER)), 1, "none")
        both = [_labels(stack, setting, trial_seed(1, n)) for n, setting in enumerate(settings)]
    agreement = np.array([adjusted_rand_score(*labels) for labels, _ in both])
    fast, plain = np.array([seconds for _, seconds in both]).sum(axis=0)
    name = "labels_match_plain"
    return [
        Row(name, float(agreement.min()), "ARI", "at least", 0.99, float(agreement.min()) / 0.99),
        Row(f"{name}[mean]", float(agreement.mean()), "ARI"),
        Row(f"{name}[seconds of {SETTINGS} settings]", fast, "s", "full SVD", plain, plain / fast),
    ]
