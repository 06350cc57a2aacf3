"""Export the sites of a grid of spectra as CSV: mechanism, domain, confidence and scores of each."""

from ferrotune.domains.domain_table import domains_of
from ferrotune.exports.tables import sites_table, write_csv
from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.files.stores import read_store
from ferrotune.sites.sites import Sites
from ferrotune.workflow.jobs import job


def main(inputs, output, subject, log_path):
    """Write sites.<pipeline>.csv; `inputs` are paths: selected, components, sites, reference."""
    with job(log_path, subject) as log:
        selected, chosen = read_store(inputs["selected"])
        scores = read_store(inputs["components"], "scores")[0]["scores"]
        arrays, _ = read_store(inputs["sites"])
        reference, _ = read_store(inputs["reference"], "yx", "label")
        known = (reference["label"], selected["yx"], reference["yx"], chosen["cell_px"])
        (numbers,), _ = domain_numbers([selected["label"]], *known)
        domain, _ = domains_of(Sites.from_arrays(arrays, chosen["cell_px"]).grid, selected["label"])
        table = sites_table(selected, numbers, domain, scores, chosen["pixel_size_pm"])
        write_csv(table, output)
        log.info("%d sites, %d components", len(table), scores.shape[1])


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
