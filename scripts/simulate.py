"""Simulate an image and write it in the layout of the public record, with the truth beside it."""

from ferrotune.files.polarization_maps import read_map
from ferrotune.files.sm_bfo_record import write_record, write_truth
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from ferrotune.workflow.jobs import job


def main(image_path, cells_path, truth_path, specimen, row_component, seed, image, log_path):
    """Write HAADF.h5, UCParameterization.h5 and truth.h5 of a specimen (dict of settings)."""
    with job(log_path, f"image {image}") as log:
        specimen = Specimen(**specimen)
        polarization = None if specimen.map is None else read_map(specimen.map, row_component)
        simulation = simulate(specimen, seed, polarization)
        log.info("%d columns, %d unit cells", len(simulation.columns_yx), len(simulation.cells["yx"]))
        write_record(image_path, cells_path, simulation.image, simulation.cells)
        write_truth(
            truth_path, simulation.columns_yx, simulation.sublattice, simulation.cells, simulation.pixel_size_pm
        )


if __name__ == "__main__":
    main(
        image_path=snakemake.output.image,
        cells_path=snakemake.output.cells,
        truth_path=snakemake.output.truth,
        specimen=snakemake.params.specimen,
        row_component=snakemake.params.row_component,
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
