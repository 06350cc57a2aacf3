"""The series as a whole: settings tried on the other images, and the page of the series.

Reads the selected trials, the descriptors, summary.tsv and the config's `transfer`; writes
transfer/<pipeline>.tsv, figures/transfer.png, .pdf and series.html.
"""


rule transfer:
    """Apply the setting selected on each image to every other image of the series."""
    input:
        image=expand(STORES["image"], image=IMAGES),
        cells=expand(STORES["cells"], image=IMAGES),
        reference=expand(f"{IMAGE}/reference.zarr", image=IMAGES),
        selected=expand(f"{PIPELINE}/selected.zarr", image=IMAGES, allow_missing=True),
        descriptors=lambda wildcards: expand(get_descriptors(wildcards), image=IMAGES),
    output:
        f"{RESULTS}/transfer/{{pipeline}}.tsv",
    log:
        f"{RESULTS}/logs/transfer.{{pipeline}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/transfer.{{pipeline}}.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, TRANSFERRED)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    threads: lambda wildcards: min(len(IMAGES), workflow.cores or 16)
    params:
        images=list(IMAGES),
        pipeline=get_pipeline,
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        rate=false_discovery_rate(config),
        series=config["series"],
        code=lambda wildcards: code_digest("transfer.py", *module_names(get_pipeline(wildcards))),
    message:
        "Applying the settings of {wildcards.pipeline} to the other images"
    script:
        "../scripts/transfer.py"


rule series_page:
    """Write the page of the series: answers, figures over composition, settings, and what they are worth elsewhere."""
    input:
        template=f"{workflow.basedir}/scripts/templates/series.html.j2",
        summary=f"{RESULTS}/summary.tsv",
        selected=expand(f"{PIPELINE}/selected.zarr", image=IMAGES, pipeline=PIPELINES),
        transfer=expand(f"{RESULTS}/transfer/{{pipeline}}.tsv", pipeline=TRANSFERRED),
    output:
        page=get_reported(f"{RESULTS}/series.html", "series_page"),
        figure=get_reported(f"{RESULTS}/figures/transfer.png", "transfer"),
        figure_pdf=f"{RESULTS}/figures/transfer.pdf",
    log:
        f"{RESULTS}/logs/series_page.log",
    benchmark:
        f"{RESULTS}/benchmarks/series_page.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images=list(IMAGES),
        pipelines=PIPELINES,
        objectives=config["objectives"],
        transferred=TRANSFERRED,
        series=config["series"],
        code=code_digest("series_page.py", *PARTS),
    message:
        "Writing the page of the series"
    script:
        "../scripts/series_page.py"
