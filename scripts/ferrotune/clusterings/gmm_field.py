"""Gaussian mixture with a Potts prior: neighbouring sites prefer equal labels (a hidden Markov random field)."""

import numpy as np

from ferrotune.clusterings.gmm import PARAMETERS as OF_MIXTURE
from ferrotune.clusterings.gmm import SINGLE_PRECISION as SINGLE_PRECISION
from ferrotune.clusterings.gmm import cluster as cluster
from ferrotune.pipelines.parameters import NOT_NEGATIVE, Parameter
from ferrotune.segmentation.gaussian_classes import log_densities, names_of

PARAMETERS = OF_MIXTURE | {"field": Parameter(NOT_NEGATIVE, "field {}", unset="no field", default=0.0)}
ITERATIONS = 2  # classes are fitted again to the labels that the field leaves; ours
CYCLES = 1  # expansions of every label; a second one changes less than 1 % of the labels


def on_grid(grid, labels, scores, setting):
    """Labels (site,) of the mixture, regularised by the field.

    Parameters
    ----------
    grid : ferrotune.sites.site_grid.SiteGrid
    labels : (site,) int, from `cluster`, negative for sites that were not clustered
    scores : (site, r) float
    setting : dict with `field`: the cost of a pair of neighbours with different labels, nat; and `covariance`

    Returns
    -------
    (site,) int

    Notes
    -----
    Minimises minus the log density of all sites plus `field` for each unlike pair of neighbours, by alpha expansion
    (Boykov, Veksler and Zabih, IEEE TPAMI 23, 1222 (2001)), in turn with the classes (Besag, J. R. Stat. Soc. B 48,
    259 (1986)).
    """
    strength = setting.get("field", 0.0)
    decided = labels >= 0
    if not strength or len(names_of(labels[decided])[0]) < 2:
        return labels
    from maxflow.fastmin import aexpansion_grid

    pooled, labels, own = setting["covariance"] == "tied", np.array(labels, int), scores[decided]
    for _ in range(ITERATIONS):
        names, place = names_of(labels[decided])
        cost = np.zeros((len(labels), len(names)))
        cost[decided] = -log_densities(own, own, place, pooled)
        cost -= cost.min(axis=1, keepdims=True)
        of_site = np.zeros(len(labels), int)
        of_site[decided] = place
        start = grid.gridded(of_site, 0)
        unlike = strength * (1.0 - np.eye(len(names)))
        found = aexpansion_grid(grid.gridded(cost, 0.0), unlike, CYCLES, start)
        labels[decided] = names[grid.at_sites(found)[decided]]
    return labels
