"""Null maps are treated as the image is: on fields without walls, boundaries gain as much as on their null maps."""

import numpy as np
from scipy.ndimage import gaussian_filter

from ferrotune.judge import null_maps as module
from ferrotune.judge.crossings import Crossings
from ferrotune.judge.judgement import judge, judged_fields
from ferrotune.judge.null_maps import SIDE, found_of, null_maps
from helpers.noisy_sites import clusters, sites_of


def random_field(size, seed):
    """Part (size, size, 2) of a larger smooth random field, with a tenth of noise."""
    rng = np.random.default_rng([seed, size])
    field = gaussian_filter(rng.standard_normal((size + 40, size + 40, 2)), (4, 4, 0))[20:-20, 20:-20]
    return field / field.std() + 0.1 * rng.standard_normal(field.shape)


def gains_of_field(size, seed, components):
    """Mean gain of the judged boundaries of a random field, and the mean of that on its null maps."""
    sites, values = sites_of(random_field(size, seed))
    mixture = clusters(components)
    labels = mixture(values, seed)
    judgement = judge(sites.grid, labels, values, mixture, seed, 0.0, maps=1)
    crossings = Crossings.of(sites.grid, judgement.labels)
    own = found_of(crossings, [crossings.along(values)]).mean_gain[0]
    null = null_maps(sites.grid, judged_fields(labels, values), mixture, seed, 6, components)
    return own, np.mean([of.mean_gain[0] for of in null])


def test_four_clusters_of_a_random_field_gain_hardly_more_than_on_null_maps():
    """Strips of both are merged: when only those of the field were, it gained 0.07 more."""
    own, null = np.mean([gains_of_field(24, seed, 4) for seed in range(30)], axis=0)
    assert own > 0.2 and abs(own - null) < 0.05


def test_null_maps_of_a_large_image_are_judged_in_a_window(monkeypatch):
    sites, values = sites_of(random_field(130, 0))
    fields, total = judged_fields(np.zeros(len(values), int), values), {}
    for side in (SIDE, 130):
        monkeypatch.setattr(module, "SIDE", side)
        found = null_maps(sites.grid, fields, clusters(2), 0, 3)
        total[side] = sum(of.length.sum() for of in found)
    assert abs(total[SIDE] / total[130] - (SIDE / 130) ** 2) < 0.15
