"""Split an image into two of half the dose."""

from ferrotune.files.stores import read_store, write_store
from ferrotune.images.half_dose import split_dose
from ferrotune.workflow.jobs import job


def main(image_store, outputs, seed, image, log_path):
    """Write two stores like image.zarr, of half the dose each."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(image_store, "image", "mask")
        *halves, way = split_dose(pixels["image"], pixels["mask"], seed)
        log.info("%s", way)
        for half, output in zip(halves, outputs, strict=True):
            write_store(output, {"image": (("y", "x"), half), "mask": (("y", "x"), pixels["mask"])}, attributes)


if __name__ == "__main__":
    main(
        image_store=snakemake.input[0],
        outputs=list(snakemake.output),
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
