"""Tables of the domains and the walls of the selected segmentation, in physical units."""

from dataclasses import replace

from ferrotune.domains.domain_table import domain_table, domains_of
from ferrotune.domains.mean_polarization import MeasuredCells
from ferrotune.domains.wall_table import wall_table
from ferrotune.domains.wall_types import PROJECTION
from ferrotune.files.stage_arrays import stored_lattice
from ferrotune.files.stores import read_store
from ferrotune.front.trial_table import write_table
from ferrotune.sites.sites import ARRAYS, Sites
from ferrotune.workflow.jobs import job


def main(inputs, outputs, subject, log_path):
    """Write domains.tsv and walls.tsv; `inputs` are paths: selected, sites, cells; `outputs`: domains, walls."""
    with job(log_path, subject) as log:
        selected, attributes = read_store(inputs["selected"])
        arrays, cells = read_store(inputs["sites"], *ARRAYS)[0], read_store(inputs["cells"])
        sites = replace(Sites.from_arrays(arrays, attributes["cell_px"]), lattice=cells[0]["lattice"])
        measured, pixel_size = MeasuredCells.of(*cells), attributes["pixel_size_pm"]
        domain, variant = domains_of(sites.grid, selected["label"])
        domains = domain_table(domain, variant, sites, measured, pixel_size)
        projected = stored_lattice(cells[0]["lattice"], cells[1]).motif.name == PROJECTION
        walls = wall_table(selected, selected["label"], sites, measured, pixel_size, projected)
        log.info("%d domains of %d variants; %d walls", len(domains), domains["variant"].nunique(), len(walls))
        for name in ("type", "charged"):
            log.info(
                "%s of the walls that stand: %s", name, walls.loc[walls["stands"] == 1, name].value_counts().to_dict()
            )
        write_table(domains, outputs["domains"])
        write_table(walls, outputs["walls"])


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
