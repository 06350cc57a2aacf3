"""Export the columns, the unit cells and the labels of an image as CSV."""

from ferrotune.domains.domain_table import domains_of
from ferrotune.exports.tables import cells_table, columns_table, labels_table, write_csv
from ferrotune.files.stores import read_store
from ferrotune.sites.site_grid import SiteGrid
from ferrotune.workflow.jobs import job


def main(inputs, outputs, image, log_path):
    """Write columns.csv, cells.csv and labels.<pipeline>.csv.

    `inputs` are paths: columns, cells and selected (a list); `outputs` are paths: columns, cells and labels (a list).
    """
    with job(log_path, f"image {image}") as log:
        columns, attributes = read_store(inputs["columns"])
        cells, _ = read_store(inputs["cells"])
        size = attributes["pixel_size_pm"]
        tables = {outputs["columns"]: columns_table(columns, size), outputs["cells"]: cells_table(cells, size)}
        for store, output in zip(inputs["selected"], outputs["labels"], strict=True):
            selected, _ = read_store(store)
            grid = SiteGrid.of(selected["yx"], cells["lattice"], attributes["cell_px"])
            tables[output] = labels_table(selected, domains_of(grid, selected["label"])[0], size)
        for path, table in tables.items():
            write_csv(table, path)
            log.info("%s: %d rows", path, len(table))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
