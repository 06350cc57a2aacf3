"""Figures of pipelines, the page of each image, the summary of the series, and the report of `snakemake --report`.

Reads stores, tables, the config's `objectives` and `search`; writes figures/, explorer.html and summary.tsv.
"""


report: "captions/workflow.rst"


rule pipeline_figures:
    """Draw the front with its segmentations, the walls and confidence of the selected trial, and the convergence."""
    input:
        trials=f"{PIPELINE}/trials.tsv",
        front=f"{PIPELINE}/front.tsv",
        selected=f"{PIPELINE}/selected.zarr",
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        image=STORES["image"],
        cells=STORES["cells"],
        reference=f"{IMAGE}/reference.zarr",
    output:
        front=get_reported(f"{PIPELINE}/figures/front.png", "front"),
        front_pdf=f"{PIPELINE}/figures/front.pdf",
        walls=get_reported(f"{PIPELINE}/figures/walls.png", "walls"),
        walls_pdf=f"{PIPELINE}/figures/walls.pdf",
        confidence=get_reported(f"{PIPELINE}/figures/confidence.png", "confidence"),
        confidence_pdf=f"{PIPELINE}/figures/confidence.pdf",
        convergence=get_reported(f"{PIPELINE}/figures/convergence.png", "convergence"),
        convergence_pdf=f"{PIPELINE}/figures/convergence.pdf",
    log:
        f"{PIPELINE}/logs/pipeline_figures.log",
    benchmark:
        f"{PIPELINE}/benchmarks/pipeline_figures.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        objectives=config["objectives"],
        startup=lambda wildcards: search_config.startup_count(CASE.searches[wildcards.pipeline]),
        code=code_digest("pipeline_figures.py", *PARTS),
    message:
        "Drawing the figures of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/pipeline_figures.py"


rule explorer:
    """Write the interactive page of an image: the reader chooses a trial and sees its segmentation."""
    input:
        page=sorted(file.path for file in os.scandir(f"{workflow.basedir}/scripts/templates/page")),
        image=STORES["image"],
        columns=STORES["columns"],
        cells=STORES["cells"],
        reference=f"{IMAGE}/reference.zarr",
        trials=expand(f"{PIPELINE}/trials.tsv", pipeline=PIPELINES, allow_missing=True),
        front=expand(f"{PIPELINE}/front.tsv", pipeline=PIPELINES, allow_missing=True),
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
        twins=expand(f"{PIPELINE}/twins.json", pipeline=TWINS, allow_missing=True),
        domains=expand(f"{PIPELINE}/domains.tsv", pipeline=PIPELINES, allow_missing=True),
        walls=expand(f"{PIPELINE}/walls.tsv", pipeline=PIPELINES, allow_missing=True),
        importance=expand(f"{PIPELINE}/importance.tsv", pipeline=PIPELINES, allow_missing=True),
        centroids=expand(f"{PIPELINE}/centroids.zarr", pipeline=PIPELINES, allow_missing=True),
        betas=expand(f"{PIPELINE}/betas.zarr", pipeline=OVER_BETA, allow_missing=True),
        rounds=get_every_round,
    output:
        get_reported(f"{IMAGE}/explorer.html", "explorer"),
    log:
        f"{IMAGE}/logs/explorer.log",
    benchmark:
        f"{IMAGE}/benchmarks/explorer.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipelines=PIPELINES,
        objectives=config["objectives"],
        code=code_digest("explorer.py", *PARTS),
    message:
        "Writing the page of {wildcards.image}"
    script:
        "../scripts/explorer.py"


rule summary:
    """Summarise the series: one row for each image and pipeline."""
    input:
        image=expand(STORES["image"], image=IMAGES),
        columns=expand(STORES["columns"], image=IMAGES),
        cells=expand(STORES["cells"], image=IMAGES),
        selected=expand(f"{PIPELINE}/selected.zarr", image=IMAGES, pipeline=PIPELINES),
        trials=expand(f"{PIPELINE}/trials.tsv", image=IMAGES, pipeline=PIPELINES),
        front=expand(f"{PIPELINE}/front.tsv", image=IMAGES, pipeline=PIPELINES),
        twins=expand(f"{PIPELINE}/twins.json", image=IMAGES, pipeline=TWINS),
    output:
        get_reported(f"{RESULTS}/summary.tsv", "summary"),
    log:
        f"{RESULTS}/logs/summary.log",
    benchmark:
        f"{RESULTS}/benchmarks/summary.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images=list(IMAGES),
        pipelines=PIPELINES,
        objectives=config["objectives"],
        planned=CASE.trials,
        series=config["series"],
        code=code_digest("summary.py"),
    message:
        "Summarising the series"
    script:
        "../scripts/summary.py"


rule series_figure:
    """Draw the results of the series over composition."""
    input:
        f"{RESULTS}/summary.tsv",
    output:
        get_reported(f"{RESULTS}/figures/series.png", "series"),
        f"{RESULTS}/figures/series.pdf",
    log:
        f"{RESULTS}/logs/series_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/series_figure.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        series=config["series"],
        code=code_digest("series_figure.py", *PARTS),
    message:
        "Drawing the figure of the series"
    script:
        "../scripts/series_figure.py"
