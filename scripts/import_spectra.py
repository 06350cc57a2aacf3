"""Import a spectral image: read and check it, interpolate its bad points, and mask sites that have too many."""

import hashlib
from pathlib import Path

import numpy as np

from ferrotune.files.entries import split_entry
from ferrotune.files.masks import exclusion_mask
from ferrotune.files.spectra_store import cleaned, spectra_arrays
from ferrotune.files.spectral_images import read_spectra
from ferrotune.files.stores import write_store
from ferrotune.workflow.jobs import job, warn

WORTH_SAYING = 0.01  # share of the points of a channel that were interpolated, or of the sites left out. Ours


def main(path, mask, output, step_pm, sm_percent, image, log_path):
    """Write spectra.zarr; mask, step_pm (distance of neighbouring sites) and sm_percent may be None."""
    with job(log_path, f"image {image}") as log:
        found = read_spectra(path)
        shape = next(iter(found.channels.values())).shape
        usable = exclusion_mask(mask, shape[:2])
        spectra, kept, counts = cleaned(found, usable, path)
        log.info("%d x %d sites, %d steps of %s; channels %s", *shape, found.axis_name, ", ".join(found.channels))
        for name, count in counts.items():
            log.info("%s: %d points interpolated", name, count)
            if count > WORTH_SAYING * spectra[0].size:
                warn(f"image {image}", f"{name}: {count} of {spectra[0].size} points were bad, and are interpolated")
        lost = int(usable.sum() - kept.sum())
        if lost > WORTH_SAYING * usable.sum():
            warn(f"image {image}", f"{lost} of {int(usable.sum())} sites left out: over half of their points are bad")
        arrays, attributes = spectra_arrays(found, spectra, kept, counts)
        source = {"sm_percent": sm_percent, "source": path, "pixel_size_pm": step_pm or found.step_pm}
        with Path(split_entry(path)[0]).open("rb") as file:
            source["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        log.info("median of the %s: %.3g", attributes["picture"], np.median(arrays["image"][1][kept]))
        write_store(output, arrays, attributes | source)


if __name__ == "__main__":
    main(
        path=snakemake.params.path,
        mask=snakemake.params.mask,
        output=snakemake.output[0],
        step_pm=snakemake.params.step_pm,
        sm_percent=snakemake.params.sm_percent,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
