"""Search the settings of a blob detector for the columns that the lattice predicts (columns.finder: log_rewards)."""

from ferrotune.columns.lattice import find_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.search.column_search import REWARDS, search_columns
from ferrotune.workflow.jobs import job


def main(image_store, output, trials, seed, image, log_path, threads=1, cell=None):
    """Write column_search.zarr from image.zarr; `cell` is the unit cell as the sample sheet names it, or None."""
    with job(log_path, f"image {image}") as log:
        arrays, attributes = read_store(image_store, "image", "mask")
        lattice = find_lattice(arrays["image"], arrays["mask"], cell, attributes["pixel_size_pm"])
        found = search_columns(arrays["image"], arrays["mask"], lattice, trials, seed, threads)
        rewards = dict(zip(REWARDS, found.rewards[found.knee].round(3).tolist(), strict=True))
        log.info("%d of %d trials on the front; knee: trial %d, %s", found.front.sum(), trials, found.knee, rewards)
        log.info("its setting: %s", found.settings[found.knee])
        log.info("%d columns; the lattice and the area predict %.0f", len(found.yx), found.expected)
        scale = {"cell_px": lattice.cell_px, "pixel_size_pm": attributes["pixel_size_pm"]}
        write_store(output, found.arrays(), found.attributes() | scale)


if __name__ == "__main__":
    main(
        image_store=snakemake.input[0],
        output=snakemake.output[0],
        trials=snakemake.params.trials,
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
        threads=snakemake.threads,
        cell=snakemake.params.cell,
    )
