"""Hyperparameter maps: the result of every setting of two parameters, for pipelines that are searched exhaustively.

Reads trials, front, selection and rounds of such pipelines, the unit cells, and the config's `maps`, `search`;
writes <image>/polarization_clusters.zarr, <image>/<pipeline>/maps.tsv and its figures.
"""


rule polarization_clusters:
    """Cluster the measured polarization of the unit cells by k-means."""
    input:
        f"{IMAGE}/cells.zarr",
    output:
        directory(f"{IMAGE}/polarization_clusters.zarr"),
    log:
        f"{IMAGE}/logs/polarization_clusters.log",
    benchmark:
        f"{IMAGE}/benchmarks/polarization_clusters.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        k=config["maps"]["polarization_clusters"],
        seed=config["search"]["seed"],
        code=code_digest("polarization_clusters.py"),
    message:
        "Clustering the polarization of {wildcards.image}"
    script:
        "../scripts/polarization_clusters.py"


rule maps:
    """Collect the results of every setting, and how well its labels match each cluster of the polarization."""
    input:
        trials=f"{PIPELINE}/trials.tsv",
        front=f"{PIPELINE}/front.tsv",
        selected=f"{PIPELINE}/selected.zarr",
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        sites=get_sites,
        cells=f"{IMAGE}/cells.zarr",
        clusters=f"{IMAGE}/polarization_clusters.zarr",
    output:
        f"{PIPELINE}/maps.tsv",
    log:
        f"{PIPELINE}/logs/maps.log",
    benchmark:
        f"{PIPELINE}/benchmarks/maps.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, MAPS)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("maps.py"),
    message:
        "Mapping {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/maps.py"


rule map_figures:
    """Draw the heat maps of a hyperparameter map."""
    input:
        table=f"{PIPELINE}/maps.tsv",
        image=f"{IMAGE}/image.zarr",
        cells=f"{IMAGE}/cells.zarr",
        clusters=f"{IMAGE}/polarization_clusters.zarr",
    output:
        maps=get_reported(f"{PIPELINE}/figures/maps.png", "maps"),
        maps_pdf=f"{PIPELINE}/figures/maps.pdf",
        polarization=get_reported(f"{PIPELINE}/figures/polarization_maps.png", "polarization_maps"),
        polarization_pdf=f"{PIPELINE}/figures/polarization_maps.pdf",
    log:
        f"{PIPELINE}/logs/map_figures.log",
    benchmark:
        f"{PIPELINE}/benchmarks/map_figures.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, MAPS)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    params:
        axes=lambda wildcards: CASE.axes(wildcards.pipeline),
        objectives=config["objectives"],
        code=code_digest("map_figures.py", *PARTS),
    message:
        "Drawing the maps of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/map_figures.py"
