"""Draw the images of a series and their polarization over composition."""

from ferrotune.figures.series_images import Film, figure_series_images
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(images, inputs, outputs, series, log_path):
    """Write the figure to all of `outputs`; `inputs` are lists of paths over `images`: image, cells."""
    with job(log_path, f"series {series}"):
        films = []
        for name, image, cells in zip(images, inputs["image"], inputs["cells"], strict=True):
            pixels, attributes = read_store(image, "image", "mask")
            of_cells, scale = read_store(cells, "yx", "polarization")
            percent, scales = attributes["sm_percent"], (scale["cell_px"], attributes["pixel_size_pm"])
            title = name if percent is None else f"{name}: {percent:g} % Sm"
            films.append(Film(title, **pixels, **of_cells, cell_px=scales[0], pixel_size_pm=scales[1]))
        save(figure_series_images(films), outputs)


if __name__ == "__main__":
    main(
        images=snakemake.params.images,
        inputs=dict(snakemake.input.items()),
        outputs=list(snakemake.output),
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
