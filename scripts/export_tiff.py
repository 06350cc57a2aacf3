"""Export an image and its label maps as TIFF with the pixel size."""

from ferrotune.exports.label_image import MEANING, labels_of_pixels
from ferrotune.exports.tiff import write_tiff
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(inputs, outputs, image, log_path):
    """Write image.tif and labels.<pipeline>.tif; `inputs` and `outputs` are paths: image, and labels or selected."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(inputs["image"], "image", "mask")
        size = attributes["pixel_size_pm"]
        write_tiff(pixels["image"], outputs["image"], size)
        for store, output in zip(inputs["selected"], outputs["labels"], strict=True):
            write_tiff(labels_of_pixels(*read_store(store), pixels["mask"]), output, size, MEANING)
        log.info("%d x %d px, %s pm a pixel", *pixels["image"].shape, size or "unknown")


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
