"""The store of cells: the neighbourhood of every column in physical units, and descriptors from it."""

from dataclasses import dataclass

import numpy as np

from ferrotune.cells.neighbourhoods import position_variance, quantities, surrounded
from ferrotune.cells.site_means import local_mean
from ferrotune.cells.unit_cells import REACH
from ferrotune.columns.sublattices import SUBLATTICES
from ferrotune.errors import InputError
from ferrotune.files.stage_arrays import stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.images.noise import TO_SIGMA
from ferrotune.pipelines.parameters import FEATURES
from ferrotune.sites.sites import Sites

CAGED = {"displacement", "vectors"}  # quantities that need the columns of the other sublattice
FURTHEST = 5.0  # robust standard deviations; clipped beyond: a misplaced column must not become a cluster. Ours


def _standardised(values, sublattice):
    """Values (site, k) of one quantity minus the median of their sublattice, over one robust standard deviation.

    All k components have one standard deviation, so that the noise along an axis without displacement is not amplified.
    """
    centred = values.astype(float)
    for k in np.unique(sublattice):
        centred[sublattice == k] -= np.median(centred[sublattice == k], axis=0)
    scale = TO_SIGMA * np.sqrt((np.median(np.abs(centred), axis=0) ** 2).mean())
    if not scale > 0:
        return np.zeros_like(centred)
    return np.clip(centred / scale, -FURTHEST, FURTHEST)


@dataclass(frozen=True)
class CellTable:
    """Neighbourhoods of all sites.

    Attributes
    ----------
    quantities : dict of str to (site, k) float, see `ferrotune.cells.neighbourhoods.quantities`
    variance : (site,) float px^2, of a displacement or, without B, of a lattice parameter, from the error bars
    sublattice : (site,) int
    yx : (site, 2) px
    cell_px : float
    lacking : str or None, what a unit cell without B does not have
    """

    quantities: dict[str, np.ndarray]
    variance: np.ndarray
    sublattice: np.ndarray
    yx: np.ndarray
    cell_px: float
    lacking: str | None = None

    @classmethod
    def open(cls, store):
        """Open a store of cells."""
        names = read_store(store, "yx")[1].get("quantities", FEATURES["all"])
        arrays, attributes = read_store(store, *names, "variance", "sublattice", "yx")
        known = {name: arrays[name] for name in names}
        return cls(
            known,
            arrays["variance"],
            arrays["sublattice"],
            arrays["yx"],
            attributes["cell_px"],
            attributes.get("lacking"),
        )

    def features(self, setting):
        """Descriptors (site, p) of a setting: standardised, minus their trend, averaged over the neighbourhood.

        Means are weighted by the error bars. The median variance is added to each variance, for scatter that is not
        noise. So a column with large error bars has less weight, and none has over twice the weight of a typical one.
        """
        names = FEATURES[setting["features"]]
        if not set(names) <= set(self.quantities):
            raise InputError(self.lacking or f"the store holds no {setting['features']}: describe the sites again")
        values = np.hstack([_standardised(self.quantities[name], self.sublattice) for name in names])
        weight = 1 / (1 + self.variance / np.median(self.variance))
        if setting["flatten"] > 0:
            values = values - local_mean(values, weight, self.yx, setting["flatten"] * self.cell_px)
        if setting["radius"] > 0:
            values = local_mean(values, weight, self.yx, setting["radius"] * self.cell_px)
        return values


def _lacking(features):
    """Which of the features a unit cell without B does not have, as a sentence (str); None where it has all."""
    short = [name for name in features if CAGED & set(FEATURES[name])]
    without = ", ".join(name for name, held in FEATURES.items() if not CAGED & set(held))
    return f"no B columns, which features {', '.join(short)} need: use {without}" if short else None


def _described(columns, sites, lattice, caged):
    """Columns (site,) that are sites, their quantities and variances, and the number of columns without a neighbour."""
    yx, unknown = columns["yx"], REACH * lattice.cell_px
    rows, measured, variances, missed = [], [], [], 0
    for sublattice in SUBLATTICES[sites]:
        centre, own, other, lacking = surrounded(yx, columns["sublattice"], sublattice, lattice, caged)
        rows.append(centre)
        measured.append(quantities(yx, columns["amplitude"], sublattice, centre, own, other))
        variances.append(position_variance(columns["sigma_yx"], centre, other if caged else own, unknown))
        missed += lacking
    order = np.argsort(np.concatenate(rows))  # as columns are stored, in reading order
    found = {name: np.concatenate([m[name] for m in measured])[order] for name in measured[0]}
    return np.concatenate(rows)[order], found, np.concatenate(variances)[order], missed


def write_cells(output, stores, sites, log, features=tuple(FEATURES)):
    """Write the store of cells about the columns of `sites` (A, B, both); `stores` and `log` as in a descriptor.

    A column is a site if it has the neighbours that the `features` need, names in FEATURES: all trials share the sites.
    Where the unit cell holds no B, trials of features that need B end with a reason, and the others go on.
    """
    needed = {name for feature in features for name in FEATURES[feature]}
    caged = bool(needed & CAGED)
    mask = read_store(stores["image"], "mask")[0]["mask"]
    columns, attributes = read_store(stores["columns"], "yx", "sigma_yx", "amplitude", "sublattice", "lattice")
    # slow shifts of the scan move whole cells, and displace no column in its neighbourhood
    along = columns["sigma_yx"][:, 1] ** 2 - attributes.get("scan_slow_px", 0.0) ** 2
    columns["sigma_yx"][:, 1] = np.sqrt(np.maximum(along, 0.0))
    cell_px = attributes["cell_px"]
    lattice = stored_lattice(columns["lattice"], attributes)
    lacking = _lacking(features) if lattice.motif.of_b is None else None
    caged = caged and not lacking
    chosen, found, variance, missed = _described(columns, sites, lattice, caged)
    count = f"4 + {len(lattice.motif.steps_to_b(lattice))}" if caged else "4"
    log.info("%d sites; %d columns left out that lack one of their %s neighbours", len(chosen), missed, count)
    if not len(chosen):
        raise InputError(f"no column of sublattice {sites} has all its {count} neighbours: mask less, or set sites")
    found = {name: values for name, values in found.items() if name in needed}
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
            "quantities": sorted(found),
            "lacking": lacking,
            "dropped_sites": missed,
            "sites_per_cell": len(np.unique(columns["sublattice"][chosen])),
            "units": "yx, displacement, vectors, lengths: px; angle: degrees; variance: px^2",
        },
    )
