"""Export an image with markers of its columns and walls, for HyperSpy."""

from ferrotune.exports.hyperspy_file import write_hspy
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(inputs, pipelines, output, image, log_path):
    """Write image.hspy; `inputs` are paths: image, columns, and selected, a list in the order of the pipelines."""
    with job(log_path, f"image {image}") as log:
        pixels, _ = read_store(inputs["image"], "image")
        columns, attributes = read_store(inputs["columns"], "yx", "sublattice")
        selections = {n: read_store(store)[0] for n, store in zip(pipelines, inputs["selected"], strict=True)}
        sizes = attributes["cell_px"], attributes["pixel_size_pm"]
        write_hspy(output, image, pixels["image"], columns, selections, *sizes)
        log.info("%d columns, walls of %s", len(columns["yx"]), ", ".join(pipelines))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        pipelines=snakemake.params.pipelines,
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
