"""The Potts prior removes specks, keeps domains, and is absent at strength 0."""

import numpy as np

from ferrotune.clusterings import gmm_field
from helpers.noisy_sites import sites_of, two_domains


def test_a_field_removes_the_specks_of_noise():
    field, truth = two_domains(2.0, noise=0.8)
    sites, values = sites_of(field)
    setting = {"components": 2, "covariance": "tied", "field": 1.5}
    labels = gmm_field.cluster(values[:, :1], setting, 0)
    smooth = gmm_field.on_grid(sites.grid, labels, values[:, :1], setting)
    right = [max((of == truth).mean(), (of != truth).mean()) for of in (labels, smooth)]
    assert right[0] < 0.93 < 0.98 < right[1]
    assert np.array_equal(gmm_field.on_grid(sites.grid, labels, values, setting | {"field": 0.0}), labels)


def test_sites_that_were_not_clustered_stay_so():
    field, _ = two_domains(2.0)
    sites, values = sites_of(field)
    setting = {"components": 2, "covariance": "full", "field": 1.0}
    labels = gmm_field.cluster(values, setting, 0)
    labels[:30] = -1
    assert (gmm_field.on_grid(sites.grid, labels, values, setting)[:30] == -1).all()
