"""Export the walls of the selected segmentation as GeoJSON."""

from ferrotune.exports.wall_lines import wall_features, write_geojson
from ferrotune.files.stores import read_store
from ferrotune.front.trial_table import read_table
from ferrotune.workflow.jobs import job


def main(selected_store, walls, output, subject, log_path):
    """Write the walls of selected.zarr, with what walls.tsv says of each."""
    with job(log_path, subject) as log:
        selected, attributes = read_store(selected_store)
        found = wall_features(selected, read_table(walls), attributes["cell_px"], attributes["pixel_size_pm"])
        log.info("%d walls", len(found["features"]))
        write_geojson(found, output)


if __name__ == "__main__":
    main(
        selected_store=snakemake.input.selected,
        walls=snakemake.input.walls,
        output=snakemake.output[0],
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
