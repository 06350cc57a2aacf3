"""The Pareto front of the trials, and the trial that is selected on the front.

Reads the rounds, the reference, and the config's `objectives`, `mode`, `judge`, `select`, `confidence`;
writes <image>/<pipeline>/trials.tsv, front.tsv, selected.zarr, provenance.json, components.zarr and
figures/components.png, .pdf.
"""

from ferrotune.workflow.conditions import conditions


rule trials:
    """Collect the trials of all rounds in one table, with the agreement of each trial with the reference."""
    input:
        proposals=lambda wildcards: get_records(wildcards, "json"),
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        image=STORES["image"],
        sites=get_sites,
        reference=f"{IMAGE}/reference.zarr",
    output:
        f"{PIPELINE}/trials.tsv",
    log:
        f"{PIPELINE}/logs/trials.log",
    benchmark:
        f"{PIPELINE}/benchmarks/trials.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    params:
        trials=lambda wildcards: CASE.trials[wildcards.pipeline],
        code=code_digest("trials.py"),
    message:
        "Collecting the trials of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/trials.py"


rule front:
    """Find the non-dominated trials and their knee; judge the selected one again, and store it with its confidence."""
    input:
        trials=f"{PIPELINE}/trials.tsv",
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        sites=get_sites,
        descriptors=get_descriptors,
        cells=STORES["cells"],
        image=STORES["image"],
    output:
        front=f"{PIPELINE}/front.tsv",
        selected=directory(f"{PIPELINE}/selected.zarr"),
        provenance=f"{PIPELINE}/provenance.json",
    log:
        f"{PIPELINE}/logs/front.log",
    benchmark:
        f"{PIPELINE}/benchmarks/front.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        objectives=config["objectives"],
        rate=false_discovery_rate(config),
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        select=lambda wildcards: config["select"].get(wildcards.image, {}).get(wildcards.pipeline),
        distance=config["confidence"]["distance"],
        conditions=lambda wildcards: conditions(CASE, wildcards.image, wildcards.pipeline),
        code=lambda wildcards: code_digest("front.py", *module_names(get_pipeline(wildcards))),
    message:
        "Finding the front of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/front.py"


rule components:
    """Store the reduced descriptors that the selected trial clustered, and draw their maps."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        image=STORES["image"],
    output:
        store=directory(f"{PIPELINE}/components.zarr"),
        components=get_reported(f"{PIPELINE}/figures/components.png", "components"),
        components_pdf=f"{PIPELINE}/figures/components.pdf",
    log:
        f"{PIPELINE}/logs/components.log",
    benchmark:
        f"{PIPELINE}/benchmarks/components.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        code=code_digest("components.py", *PARTS),
    message:
        "Storing the components of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/components.py"
