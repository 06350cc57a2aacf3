"""Trials in groups that share descriptors; labels at the sites of the first descriptor."""

import numpy as np

from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search import grouping
from ferrotune.search.outcomes import Judging
from ferrotune.sites.sites import Sites

CELL = 10.0
SPACE = {"flatten": [1, 2], "denoise": ["none"], "w1": [1.0], "w2": [1.0], "rank": [2, 4], "components": [2, 3]}
PATCHES = {"descriptor": "patches", "reduction": "pca", "clustering": "kmeans", "space": SPACE}
SPECTRA = {"descriptor": "fft", "reduction": "pca", "clustering": "kmeans", "space": {"window": [2, 3], "rank": [2]}}


def setting(flatten=1, rank=2, **more):
    return {"flatten": flatten, "denoise": "none", "w1": 1.0, "w2": 1.0, "rank": rank, "components": 2, **more}


def test_stores_of_an_image_and_its_halves_go_together():
    stores = ["one/patches.zarr", "one/fft.zarr", "half/0/patches.zarr", "half/0/fft.zarr"]
    grouped = grouping.by_descriptor(stores)
    assert grouped == {"patches": stores[::2], "fft": stores[1::2]} and list(grouped) == ["patches", "fft"]


def test_trials_that_share_descriptors_are_one_group():
    trials = [(0, setting(2)), (1, setting(1)), (2, setting(1, rank=4)), (3, setting(2, rank=4))]
    groups = grouping.group_trials(trials, members_of(PATCHES))
    assert [[number for number, _ in group] for _, group in groups] == [[1, 2], [0, 3]]
    assert all(pipeline.descriptor == "patches" for pipeline, _ in groups)


def test_trials_of_several_pipelines_are_not_mixed():
    members = members_of({"choice": {"one": PATCHES, "other": PATCHES}})
    trials = [(n, setting(**{CHOICE: name})) for n, name in enumerate(["one", "other", "one"])]
    groups = grouping.group_trials(trials, members)
    assert [[number for number, _ in group] for _, group in groups] == [[0, 2], [1]]


def test_labels_of_other_sites_are_taken_from_the_nearest():
    first = CELL * np.argwhere(np.ones((3, 4)))
    order = np.random.default_rng(0).permutation(len(first))
    common = grouping.common_sites({"patches": first, "fft": first[order] + 1.0})
    labels = np.arange(len(first))
    np.testing.assert_array_equal(labels[common["patches"]], labels)
    np.testing.assert_array_equal(order[common["fft"]], labels)


def test_grounds_are_what_is_known_of_the_image():
    unknown = np.full((5, 2), np.nan)
    assert grouping.grounds(unknown, False) == {"scores", "again", "lattice", "judgement"}
    assert grouping.grounds(np.zeros((5, 2)), True) == {
        "scores",
        "again",
        "lattice",
        "judgement",
        "polarization",
        "halves",
    }


class Descriptor:
    """A descriptor whose store is its number (site,)."""

    POLAR = True

    @staticmethod
    def open(store, setting):
        return Opened(store)


class Opened:
    def __init__(self, store):
        self.store = store

    def features(self, setting):
        return self.store


class Drawn:
    """A pipeline of a drawn descriptor."""

    descriptor, largest_rank = "drawn", None

    @staticmethod
    def part(kind):
        from ferrotune.clusterings import kmeans
        from ferrotune.reductions import none

        return {"descriptor": Descriptor, "reduction": none, "clustering": kmeans}[kind]


def test_groups_are_evaluated_in_order_at_the_common_sites():
    index = np.argwhere(np.ones((32, 32)))
    yx = CELL * (index + 1.0)
    sites = Sites.of(yx, np.ones((340, 340), bool), CELL)
    values = (index[:, 1:] > 15) + 0.05 * np.random.default_rng(1).normal(size=(len(index), 1))
    groups = [(Drawn, [(3, {"components": 2}), (4, {"components": 2})]), (Drawn, [(1, {"components": 2})])]
    found = grouping.evaluate_groups(
        groups,
        {"drawn": [values]},
        {"drawn": sites},
        {"first": yx[::-1], "drawn": yx},
        1,
        ["length"],
        None,
        None,
        1,
        {"drawn": Judging(0.05)},
    )
    outcomes = list(found)
    assert [[outcome.trial for outcome in group] for group in outcomes] == [[3, 4], [1]]
    for group in outcomes:
        for outcome in group:
            assert outcome.status == "ok"
            left = outcome.labels[index[::-1][:, 1] <= 15]  # of the first descriptor's sites
            named = left[left >= 0]
            assert len(set(named)) == 1 and len(named) > 500
            assert (outcome.labels == 1 - named[0]).sum() > 500
