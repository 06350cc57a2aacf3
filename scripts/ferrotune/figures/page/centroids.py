"""Mean patches of clusters for the page."""

import numpy as np

from ferrotune.figures.page.packing import quantised

GREYS = 250  # steps of the intensity: a screen shows no more


def packed_centroids(pack, name, stored, numbers):
    """Pack the arrays of centroids.zarr.

    Parameters
    ----------
    pack : Pack
    name : str, of the pipeline
    stored : dict of the arrays of centroids.zarr
    numbers : dict of trial -> dict of label -> number of the domain in the page

    Returns
    -------
    dict
        array, scale, offset and shape of the patches in the pack, and `trials`: for each its window (px), the place of
        the mean patch of all sites, and its clusters with their number, count, and the place of the difference.
    """
    patches = np.concatenate([stored["mean"], stored["patches"]])
    finer = np.ptp(patches) / max(np.ptp(stored["patches"]), 1e-9)  # the differences are smaller than the mean patch
    packed, scale, offset = quantised(patches, int(GREYS * np.clip(finer, 1, 100)))
    trials = []
    for i, trial in enumerate(stored["mean_trial"].tolist()):
        clusters = [
            {
                "label": int(numbers[trial][stored["label"][k]]),
                "count": int(stored["count"][k]),
                "place": len(stored["mean"]) + int(k),
            }
            for k in np.flatnonzero(stored["trial"] == trial)
        ]
        clusters.sort(key=lambda one: one["label"])
        trials.append({"trial": trial, "window": stored["window"][i].tolist(), "mean": i, "clusters": clusters})
    array = pack.add(f"{name} patches", packed)
    return {"array": array, "scale": scale, "offset": offset, "shape": list(patches.shape[1:]), "trials": trials}
