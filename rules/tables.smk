"""Tables of each pipeline: domains and walls of the selected segmentation, and the parameters that matter.

Reads selected.zarr, trials.tsv, front.tsv, the rounds, the descriptors, the unit cells, and the config's `search`;
writes <image>/<pipeline>/domains.tsv, walls.tsv, importance.tsv, centroids.zarr.
"""


rule domain_tables:
    """Measure area, polarization, direction, type and charge of the selected domains and walls."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        sites=get_sites,
        cells=f"{IMAGE}/cells.zarr",
    output:
        domains=f"{PIPELINE}/domains.tsv",
        walls=f"{PIPELINE}/walls.tsv",
    log:
        f"{PIPELINE}/logs/domain_tables.log",
    benchmark:
        f"{PIPELINE}/benchmarks/domain_tables.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("domain_tables.py"),
    message:
        "Measuring domains and walls of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/domain_tables.py"


rule importance:
    """Tell which parameters matter for each reward, and for whether walls stand."""
    input:
        f"{PIPELINE}/trials.tsv",
    output:
        f"{PIPELINE}/importance.tsv",
    log:
        f"{PIPELINE}/logs/importance.log",
    benchmark:
        f"{PIPELINE}/benchmarks/importance.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        code=code_digest("importance.py", *PARTS),
    message:
        "Finding what matters in the search of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/importance.py"


rule centroids:
    """Average the patches of each cluster, for the selected trial and the front."""
    input:
        trials=f"{PIPELINE}/trials.tsv",
        front=f"{PIPELINE}/front.tsv",
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
    output:
        directory(f"{PIPELINE}/centroids.zarr"),
    log:
        f"{PIPELINE}/logs/centroids.log",
    benchmark:
        f"{PIPELINE}/benchmarks/centroids.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        code=lambda wildcards: code_digest("centroids.py", *module_names(get_pipeline(wildcards))),
    message:
        "Averaging the patches of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/centroids.py"
