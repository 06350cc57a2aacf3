"""Simulate switching loops on a grid and write them as npz, with the truth beside them."""

from ferrotune.files.simulated_spectra import write_spectra, write_spectra_truth
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops
from ferrotune.workflow.jobs import job


def main(image_path, truth_path, specimen, seed, image, log_path):
    """Write loops.npz and loops_truth.h5 of a toy set (dict of settings)."""
    with job(log_path, f"image {image}") as log:
        found = simulated_loops(LoopSpecimen(**specimen), seed)
        count = [int((found.mechanism == number).sum()) for number in range(len(found.names))]
        log.info("sites of each mechanism: %s", dict(zip(found.names, count, strict=True)))
        write_spectra(image_path, found.channels, found.voltage)
        write_spectra_truth(truth_path, found.mechanism, found.names, found.parameters)


if __name__ == "__main__":
    main(
        image_path=snakemake.output.image,
        truth_path=snakemake.output.truth,
        specimen=snakemake.params.specimen,
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
