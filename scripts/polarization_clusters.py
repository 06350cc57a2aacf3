"""Cluster the measured polarization of the unit cells; hyperparameter maps are compared with these clusters."""

import numpy as np

from ferrotune.cells.polarization_variants import polarization_clusters
from ferrotune.files.stores import read_store, write_store
from ferrotune.workflow.jobs import job


def main(cells_store, output, k, seed, image, log_path):
    """Write polarization_clusters.zarr from cells.zarr."""
    with job(log_path, f"image {image}") as log:
        cells, _ = read_store(cells_store, "polarization")
        label, mean = polarization_clusters(cells["polarization"], k, seed)
        log.info("k-means, k = %d; sizes %s; %d cells unknown", k, np.bincount(label[label >= 0]), (label < 0).sum())
        arrays = {"label": (("cell",), label.astype(np.int8)), "mean": (("cluster", "axis"), mean)}
        write_store(output, arrays, {"units": "mean: px, (y, x); cells are those of cells.zarr"})


if __name__ == "__main__":
    main(
        cells_store=snakemake.input[0],
        output=snakemake.output[0],
        k=snakemake.params.k,
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
