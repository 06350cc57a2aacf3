"""Find, refine and sort the atomic columns of an image."""

from functools import partial

from ferrotune.columns.asymmetry import column_asymmetry
from ferrotune.columns.candidates import blobs
from ferrotune.columns.doubts import doubts
from ferrotune.columns.fit.tails import said_of_shape
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.row_shifts import find_straight_columns
from ferrotune.files.stage_arrays import columns_arrays
from ferrotune.files.stores import read_store, write_store
from ferrotune.images.threads import filter_threads
from ferrotune.workflow.jobs import job, warn


def found_by(finder, settings, search_store):
    """What finds the columns: a name or a function, as `find_straight_columns` takes it."""
    if finder == "log_rewards":
        yx = read_store(search_store, "yx")[0]["yx"]
        return lambda *image: yx
    return partial(blobs, **settings) if finder == "blob_log" else finder


def main(
    image_store, output, finder, image, log_path, threads=1, cell=None, shape="gaussian", settings=None, search=None
):
    """Write columns.zarr from image.zarr.

    `cell` is the unit cell as the sample sheet names it, or None; `settings` (dict) are those of the finder blob_log,
    `search` is the path of column_search.zarr of the finder log_rewards.
    """
    with job(log_path, f"image {image}") as log, filter_threads(threads):
        arrays, attributes = read_store(image_store, "image", "mask")
        lattice = find_lattice(arrays["image"], arrays["mask"], cell, attributes["pixel_size_pm"])
        log.info("lattice a = %s, b = %s px, cell %.2f px", lattice.a, lattice.b, lattice.cell_px)
        log.info("unit cell %s: columns at %s", lattice.motif.name, lattice.motif.places)
        find, share = found_by(finder, settings or {}, search), attributes.get("noise_share", 1.0)
        columns, scan = find_straight_columns(arrays["image"], arrays["mask"], lattice, find, threads, share, shape)
        log.info(scan.said(attributes["pixel_size_pm"]))
        for name, sublattice in (("A", 0), ("B", 1), ("neither", -1)):
            log.info("%d columns %s", len(columns.of(sublattice)), name)
        log.info(said_of_shape(columns.fit.tail))
        for doubt in doubts(columns, lattice, attributes["pixel_size_pm"], len(arrays["image"]), cell):
            warn(f"image {image}", doubt)
        asymmetry = column_asymmetry(arrays["image"], arrays["mask"], columns, scan.shift, lattice.cell_px)
        write_store(output, *columns_arrays(columns, lattice, attributes["pixel_size_pm"], finder, scan, asymmetry))


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        output=snakemake.output[0],
        finder=snakemake.params.finder,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
        threads=snakemake.threads,
        cell=snakemake.params.cell,
        shape=snakemake.params.shape,
        settings=snakemake.params.settings,
        search=snakemake.input.search,
    )
