"""Draw the front of the search for columns, and its second reward site by site: a map of disorder."""

from ferrotune.figures.column_search import figure_column_search
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def main(image_store, search_store, paths, image, log_path):
    """Write the figure to all `paths`, in the format of their suffix."""
    with job(log_path, f"image {image}"):
        pixels, _ = read_store(image_store, "image", "mask")
        found, attributes = read_store(search_store)
        save(figure_column_search(**pixels, found=found, attributes=attributes), paths)


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        search_store=snakemake.input.search,
        paths=list(snakemake.output),
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
