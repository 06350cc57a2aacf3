"""ferrotune: images -> columns -> descriptors -> [suggest -> evaluate] x rounds -> front -> figures, pages, tables."""

from snakemake.utils import min_version, update_config

min_version("9.0")


configfile: f"{workflow.basedir}/config/config.yaml"


include: "rules/common.smk"
include: "rules/images.smk"
include: "rules/column_search.smk"
include: "rules/columns.smk"
include: "rules/spectra.smk"
include: "rules/descriptors.smk"
include: "rules/search.smk"
include: "rules/front.smk"
include: "rules/twins.smk"
include: "rules/tables.smk"
include: "rules/maps.smk"
include: "rules/latents.smk"
include: "rules/loop_betas.smk"
include: "rules/report.smk"
include: "rules/series.smk"
include: "rules/rewards.smk"
include: "rules/export.smk"
include: "rules/paper_figures.smk"
include: "rules/resources.smk"
include: "rules/handlers.smk"


localrules:
    all,


rule all:
    """Make all results for every image of the sample sheet."""
    default_target: True
    input:
        get_final_output(),
