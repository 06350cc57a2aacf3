"""The store of cells: every column's neighbourhood in physical units, and the descriptors taken from it."""

from dataclasses import dataclass

import numpy as np

from ferrotune.cells.neighbourhoods import position_variance, quantities, surrounded
from ferrotune.cells.site_means import local_mean
from ferrotune.cells.unit_cells import REACH
from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import SUBLATTICES
from ferrotune.errors import InputError
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.parameters import FEATURES
from ferrotune.sites.sites import Sites

TO_SIGMA = 1.4826  # standard deviation of a normal distribution over its median absolute deviation
FURTHEST = 5.0  # robust deviations; beyond, a column is misplaced, and must not make a cluster of its own. Ours


def _standardised(values, kind):
    """Values (site, k) of one quantity about their sublattice's median, in one robust deviation for all k.

    One deviation for all components, so that the noise of an axis along which nothing is displaced is not blown up.
    """
    centred = values.astype(float)
    for k in np.unique(kind):
        centred[kind == k] -= np.median(centred[kind == k], axis=0)
    scale = TO_SIGMA * np.sqrt((np.median(np.abs(centred), axis=0) ** 2).mean())
    if not scale > 0:
        return np.zeros_like(centred)
    return np.clip(centred / scale, -FURTHEST, FURTHEST)


@dataclass(frozen=True)
class CellTable:
    """Neighbourhoods of all sites.

    Attributes
    ----------
    quantities : dict of str to (site, k) float, as `ferrotune.cells.neighbourhoods.quantities` says
    variance : (site,) float, of a displacement from the error bars, px^2
    kind : (site,) int, the site's sublattice
    yx : (site, 2) px
    cell_px : float
    """

    quantities: dict[str, np.ndarray]
    variance: np.ndarray
    kind: np.ndarray
    yx: np.ndarray
    cell_px: float

    @classmethod
    def open(cls, store):
        """Of a store of cells."""
        names = FEATURES["all"]
        arrays, attributes = read_store(store, *names, "variance", "sublattice", "yx")
        known = {name: arrays[name] for name in names}
        return cls(known, arrays["variance"], arrays["sublattice"], arrays["yx"], attributes["cell_px"])

    @staticmethod
    def shared(setting):
        """Whether neighbours share what they are described by: averages, or the vector between them."""
        return setting["radius"] > 0 or setting["features"] != "displacement"

    def features(self, setting):
        """Descriptors (site, p) of a setting: standardised, less their trend, averaged over the neighbourhood.

        The mean is weighted by error bars. To each variance the median one is added, for what scatters beside noise:
        a column that is known badly counts less, and none counts more than twice a typical one.
        """
        names = FEATURES[setting["features"]]
        values = np.hstack([_standardised(self.quantities[name], self.kind) for name in names])
        weight = 1 / (1 + self.variance / np.median(self.variance))
        if setting["flatten"] > 0:
            values = values - local_mean(values, weight, self.yx, setting["flatten"] * self.cell_px)
        if setting["radius"] > 0:
            values = local_mean(values, weight, self.yx, setting["radius"] * self.cell_px)
        return values


def _described(columns, sites, cell_px):
    """Rows (site,) of the sites' columns, their quantities and variances, and how many columns lack a neighbour."""
    lattice, yx = Lattice(*columns["lattice"]), columns["yx"]
    rows, measured, variances, missed = [], [], [], 0
    for kind in SUBLATTICES[sites]:
        centre, own, other, lacking = surrounded(yx, columns["sublattice"], kind, lattice)
        rows.append(centre)
        measured.append(quantities(yx, columns["amplitude"], kind, centre, own, other))
        variances.append(position_variance(columns["sigma_yx"], centre, other, REACH * cell_px))
        missed += lacking
    order = np.argsort(np.concatenate(rows))  # as columns are stored, in reading order
    found = {name: np.concatenate([m[name] for m in measured])[order] for name in measured[0]}
    return np.concatenate(rows)[order], found, np.concatenate(variances)[order], missed


def write_cells(output, stores, sites, log):
    """Write the store of cells about the columns of `sites` (A, B, both); `stores` and `log` as in a descriptor."""
    mask = read_store(stores["image"], "mask")[0]["mask"]
    columns, attributes = read_store(stores["columns"], "yx", "sigma_yx", "amplitude", "sublattice", "lattice")
    cell_px = attributes["cell_px"]
    chosen, found, variance, missed = _described(columns, sites, cell_px)
    log.info("%d sites; %d left out, which lack one of their 4 + 4 neighbours", len(chosen), missed)
    if not len(chosen):
        raise InputError(f"no column of sublattice {sites} has all its 4 + 4 neighbours: mask less, or set sites")
    yx = columns["yx"][chosen]
    write_store(
        output,
        {
            "yx": (("site", "axis"), yx),
            "column": (("site",), chosen.astype(np.int32)),
            "sublattice": (("site",), columns["sublattice"][chosen]),
            **{name: (("site", f"of_{name}"), values) for name, values in found.items()},
            "variance": (("site",), variance),
            **Sites.of(yx, mask, cell_px).arrays(),
        },
        {
            "cell_px": cell_px,
            "pixel_size_pm": attributes["pixel_size_pm"],
            "dropped_sites": missed,
            "sites_per_cell": len(np.unique(columns["sublattice"][chosen])),
            "units": "yx, displacement, vectors, lengths: px; angle: degrees; variance: px^2",
        },
    )
