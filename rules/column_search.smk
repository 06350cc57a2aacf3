"""Columns found by rewards (LoG*), where the config's `columns.finder` is log_rewards.

Reads <image>/image.zarr, the sample sheet (lattice), and the config's `columns.trials`, `search.seed`;
writes <image>/column_search.zarr and figures/column_search.png.
"""

COLUMN_SEARCH = ["column_search_figure"] if config["columns"]["finder"] == "log_rewards" else []


rule column_search:
    """Search the settings of a blob detector for the columns that the lattice predicts."""
    input:
        f"{IMAGE}/image.zarr",
    output:
        directory(f"{IMAGE}/column_search.zarr"),
    log:
        f"{IMAGE}/logs/column_search.log",
    benchmark:
        f"{IMAGE}/benchmarks/column_search.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        trials=config["columns"]["trials"],
        seed=config["search"]["seed"],
        cell=lambda wildcards: IMAGES[wildcards.image]["lattice"],
        code=code_digest("column_search.py"),
    message:
        "Searching for the columns of {wildcards.image}"
    script:
        "../scripts/column_search.py"


rule column_search_figure:
    """Draw the front of the search for columns, and a map of disorder."""
    input:
        image=f"{IMAGE}/image.zarr",
        search=f"{IMAGE}/column_search.zarr",
    output:
        get_reported(f"{IMAGE}/figures/column_search.png", "column_search"),
        f"{IMAGE}/figures/column_search.pdf",
    log:
        f"{IMAGE}/logs/column_search_figure.log",
    benchmark:
        f"{IMAGE}/benchmarks/column_search_figure.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("column_search_figure.py"),
    message:
        "Drawing the search for the columns of {wildcards.image}"
    script:
        "../scripts/column_search_figure.py"
