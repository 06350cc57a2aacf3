"""Mean patches of trials: each from the patches of its own preprocessing, with the window of its own setting."""

import numpy as np
import pytest

from ferrotune.files.stores import write_store
from ferrotune.search.centroids import centroid_arrays

SPACE = {"flatten": [1, 2], "denoise": ["none"], "w1": [1.0, 2.0], "w2": [1.0], "rank": [2], "components": [2]}
SPACE |= {"covariance": ["full"], "field": [0]}
PIPELINE = {"descriptor": "patches", "reduction": "pca", "clustering": "gmm_field", "space": SPACE}


def row(trial, flatten, w1):
    """A row of trials.tsv."""
    fixed = {name: values[0] for name, values in SPACE.items()}
    return fixed | {"trial": trial, "flatten": flatten, "w1": w1}


@pytest.mark.parametrize("rank", [2, np.nan], ids=["reduced", "raw, null is NaN in a table"])
def test_each_trial_has_the_mean_of_its_own_patches(tmp_path, rank):
    rng, yx = np.random.default_rng(0), np.array([[5.0, 5.0], [5.0, 10.0], [10.0, 5.0]])
    patches = rng.random((2, 3, 9, 9)).astype(np.float32)
    arrays = {
        "yx": (("site", "axis"), yx),
        "sublattice": (("site",), np.zeros(3, np.int8)),
        "patches": (("preprocessing", "site", "y", "x"), patches),
        "mean": (("preprocessing", "kind", "y", "x"), patches.mean(axis=1)[:, None]),
    }
    known = {"preprocessings": [[1, "none"], [2, "none"]], "reduced": False, "cell_px": 4.0, "binning": 1}
    write_store(tmp_path / "patches.zarr", arrays, known)
    rows = [row(7, 2, 1.0) | {"rank": rank}, row(4, 1, 2.0) | {"rank": rank}]
    labels = {7: np.array([0, 0, 1]), 4: np.array([0, -1, -1])}
    pipeline = PIPELINE | {"space": SPACE | {"rank": [None if np.isnan(rank) else rank]}}
    found = {n: v for n, (_, v) in centroid_arrays(pipeline, rows, [tmp_path / "patches.zarr"], labels, yx).items()}
    by_cluster = dict(
        zip(zip(found["trial"].tolist(), found["label"].tolist(), strict=True), found["patches"], strict=True)
    )
    assert set(by_cluster) == {(7, 0), (7, 1), (4, 0)}
    for (trial, label), patch in by_cluster.items():
        own = patches[1 if trial == 7 else 0]
        np.testing.assert_allclose(patch, own[labels[trial] == label].mean(axis=0) - own.mean(axis=0), atol=1e-6)
    windows = dict(zip(found["mean_trial"].tolist(), found["window"].tolist(), strict=True))
    assert windows == {7: [5, 5], 4: [9, 5]}


def test_descriptors_without_patches_have_no_centroids(tmp_path):
    space = {"features": ["displacement"], "flatten": [0], "radius": [0], "components": [2], "covariance": ["full"]}
    pipeline = {"descriptor": "cells", "reduction": "none", "clustering": "gmm", "space": space}
    setting = {name: values[0] for name, values in space.items()} | {"trial": 0}
    assert centroid_arrays(pipeline, [setting], [tmp_path / "cells.zarr"], {0: np.zeros(3)}, np.zeros((3, 2))) == {}
