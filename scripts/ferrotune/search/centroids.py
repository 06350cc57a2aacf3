"""Mean patches of the clusters of some trials: what a cluster looks like, and how it differs from the mean."""

import numpy as np

from ferrotune.descriptors._cluster_patches import cluster_patches
from ferrotune.front.selection import selected_pipeline
from ferrotune.sites.sites import nearest

PATCHES = ("patches", "patches_ab")  # descriptors whose stores hold patches


def _by_preprocessing(pipeline, rows, descriptors):
    """Trials that share their patches: dict of key to list of (trial, pipeline, setting, path of the store)."""
    groups = {}
    for row in rows:
        own, setting, store = selected_pipeline(pipeline, row, descriptors)
        if own.descriptor in PATCHES:
            key = own.descriptor, str(setting["flatten"]), str(setting["denoise"])
            groups.setdefault(key, []).append((row["trial"], own, setting, store))
    return groups


def centroid_arrays(pipeline, rows, descriptors, labels, yx):
    """Mean patch of each cluster of some trials, minus the mean patch of all sites.

    Parameters
    ----------
    pipeline : dict, the config's entry
    rows : list of dict, of each trial its row of trials.tsv
    descriptors : list of paths of the entry's descriptors
    labels : dict of trial -> (site,) int, negative where undecided
    yx : (site, 2) px, positions of the labels

    Returns
    -------
    dict for `ferrotune.files.stores.write_store`
        patches (cluster, y, x), trial, label and count (cluster,); mean (mean_trial, y, x), the mean patch of all sites
        for the preprocessing of each trial, mean_trial, and window (mean_trial, axis) px. Empty without patches.
    """
    found = {name: [] for name in ("patches", "trial", "label", "count", "mean", "mean_trial", "window")}
    for members in _by_preprocessing(pipeline, rows, descriptors).values():
        trials, (_, own, setting, store) = np.array([trial for trial, *_ in members], np.int32), members[0]
        stack = own.part("descriptor").open(store, setting)
        here = nearest(yx, stack.positions()[0])  # of a choice of pipelines, labels are those of the first one's sites
        patches, place, label, count = cluster_patches(stack, np.stack([labels[t][here] for t in trials.tolist()]))
        parts = (patches, trials[place], label.astype(np.int8), count.astype(np.int32))
        mean = np.repeat(stack.mean[:1], len(members), axis=0)
        parts += (mean, trials, np.array([stack.window(setting) for _, _, setting, _ in members], np.int32))
        for name, values in zip(found, parts, strict=True):
            found[name].append(values)
    if not found["trial"]:
        return {}
    shapes = {"patches": ("cluster", "y", "x"), "mean": ("mean_trial", "y", "x"), "window": ("mean_trial", "axis")}
    one = {"mean_trial": ("mean_trial",)}
    return {name: ((shapes | one).get(name, ("cluster",)), np.concatenate(parts)) for name, parts in found.items()}
