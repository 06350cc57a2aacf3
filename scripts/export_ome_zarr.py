"""Export an image with the label map of each pipeline as OME-Zarr."""

from ferrotune.exports.label_image import labels_of_pixels
from ferrotune.exports.ome_zarr import write_ome_zarr
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(image_store, selected, pipelines, output, image, log_path):
    """Write image.ome.zarr from image.zarr and the stores `selected` (list) of the pipelines (list of str)."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(image_store, "image", "mask")
        labels = {
            name: labels_of_pixels(*read_store(store), pixels["mask"])
            for name, store in zip(pipelines, selected, strict=True)
        }
        write_ome_zarr(output, pixels["image"], labels, attributes["pixel_size_pm"])
        log.info("an image, and label maps of %s", ", ".join(pipelines))


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        selected=snakemake.input.selected,
        pipelines=snakemake.params.pipelines,
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
