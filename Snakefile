"""ferrotune: segments atomically resolved images into domains and rates the segmentations by physical rewards.

images -> columns -> descriptors -> [ suggest -> evaluate ] x rounds -> front -> figures and report
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: f"{workflow.basedir}/config/config.yaml"


include: "rules/common.smk"
include: "rules/images.smk"
include: "rules/columns.smk"
include: "rules/descriptors.smk"
include: "rules/search.smk"
include: "rules/front.smk"
include: "rules/tables.smk"
include: "rules/maps.smk"
include: "rules/latents.smk"
include: "rules/report.smk"
include: "rules/rewards.smk"
include: "rules/export.smk"


localrules:
    all,


rule all:
    """Make all results for every image of the sample sheet."""
    default_target: True
    input:
        get_final_output(),


onsuccess:
    print(*answer_lines(RESULTS), *warning_lines(RESULTS, IMAGES), sep="\n")
    remove_replaced(RESULTS)


onerror:
    print(*get_partial_lines(), *said_lines(RESULTS, IMAGES), sep="\n", file=sys.stderr)
