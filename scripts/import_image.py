"""Import an image: read, check, normalise, mask."""

import hashlib
from pathlib import Path

from ferrotune.columns.analysed_image import analysed_image
from ferrotune.columns.contrast import AUTO
from ferrotune.columns.distortion import calibrated
from ferrotune.files.entries import split_entry
from ferrotune.files.images import read_image
from ferrotune.files.masks import crop_mask, exclusion_mask
from ferrotune.files.stored_images import PIXEL_LIMIT
from ferrotune.files.stores import write_store
from ferrotune.images.normalisation import prepare
from ferrotune.images.threads import filter_threads
from ferrotune.workflow.jobs import job, warn


def file_digest(path):
    """SHA-256 of a file (of the file before `#`, where the path names an entry in it)."""
    with Path(split_entry(path)[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(path, mask, output, pixel_size_pm, sm_percent, image, log_path, options=None, contrast=None, cell=None):
    """Write image.zarr; pixel_size_pm, sm_percent, contrast and cell stand in the sample sheet, or are None.

    `options` (dict) is the config's section `import`: pixel_limit and crop.
    """
    options = {"pixel_limit": PIXEL_LIMIT, "crop": None} | (options or {})
    with job(log_path, f"image {image}") as log:
        data, own_pixel_size = read_image(path, options["pixel_limit"])
        usable = exclusion_mask(mask, data.shape, options["pixel_limit"]) & crop_mask(options["crop"], data.shape)
        found = analysed_image(*prepare(data, usable), contrast or AUTO)
        film = calibrated(found, pixel_size_pm if pixel_size_pm is not None else own_pixel_size, cell)
        if film.pixel_size_pm is None:
            warn(
                f"image {image}",
                "pixel size unknown, so lengths are in px and unit cells: give it in pm per px, as "
                "pixel_size=15.6 after --config, or as pixel_size_pm in the sample sheet; or the size of the unit cell "
                "there, in the column lattice",
            )
        line = "%d x %d px, %.1f %% of them usable, %s pm a pixel"
        log.info(line, *data.shape, 100 * found.mask.mean(), film.pixel_size_pm or "unknown")
        for remark in film.remarks():
            log.info("%s", remark)
        for doubt in film.doubts():
            warn(f"image {image}", doubt)
        source = {"sm_percent": sm_percent, "source": path, "sha256": file_digest(path)}
        write_store(output, film.found.arrays(), source | film.attributes())


if __name__ == "__main__":
    with filter_threads(snakemake.threads):
        main(
            path=snakemake.params.path,
            mask=snakemake.params.mask,
            output=snakemake.output[0],
            pixel_size_pm=snakemake.params.pixel_size_pm,
            sm_percent=snakemake.params.sm_percent,
            image=snakemake.wildcards.image,
            log_path=snakemake.log[0],
            options=snakemake.params.options,
            contrast=snakemake.params.contrast,
            cell=snakemake.params.cell,
        )
