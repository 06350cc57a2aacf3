"""Atomic columns, unit cells, and the reference labels that segmentations are compared with.

Reads <image>/image.zarr, column_search.zarr, the sample sheet (lattice), and the config's `columns`, `cells`,
`reference`; writes <image>/columns.zarr, cells.zarr, reference.zarr.
"""


rule columns:
    """Find the atomic columns, refine them, and sort them into sublattices."""
    input:
        image=f"{IMAGE}/image.zarr",
        search=f"{IMAGE}/column_search.zarr" if config["columns"]["finder"] == "log_rewards" else [],
    output:
        directory(f"{IMAGE}/columns.zarr"),
    log:
        f"{IMAGE}/logs/columns.log",
    benchmark:
        f"{IMAGE}/benchmarks/columns.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        finder=config["columns"]["finder"],
        shape=config["columns"]["shape"],
        settings=config["columns"]["blob_log"] if config["columns"]["finder"] == "blob_log" else None,
        cell=lambda wildcards: IMAGES[wildcards.image]["lattice"],
        code=code_digest("columns.py"),
    message:
        "Finding columns of {wildcards.image}"
    script:
        "../scripts/columns.py"


rule cells:
    """Measure polarization and lattice parameters of every unit cell."""
    input:
        f"{IMAGE}/columns.zarr",
    output:
        directory(f"{IMAGE}/cells.zarr"),
    log:
        f"{IMAGE}/logs/cells.log",
    benchmark:
        f"{IMAGE}/benchmarks/cells.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    params:
        tilt_correction=config["cells"]["tilt_correction"],
        code=code_digest("cells.py"),
    message:
        "Measuring unit cells of {wildcards.image}"
    script:
        "../scripts/cells.py"


rule reference:
    """Prepare reference labels: the truth, a published reference, or clusters of the measured polarization."""
    input:
        reference=get_reference,
        image=STORES["image"],
        cells=STORES["cells"],
        columns=STORES["columns"],
    output:
        directory(f"{IMAGE}/reference.zarr"),
    log:
        f"{IMAGE}/logs/reference.log",
    benchmark:
        f"{IMAGE}/benchmarks/reference.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    params:
        path=lambda wildcards: local_path(get_reference(wildcards), IMAGES[wildcards.image]["reference"]),
        row_component=config["reference"]["row_component"],
        contents=lambda wildcards: checksums(own_files(IMAGES[wildcards.image], "reference")),
        seed=config["search"]["seed"],
        code=code_digest("reference.py"),
    message:
        "Preparing the reference of {wildcards.image}"
    script:
        "../scripts/reference.py"


rule image_figures:
    """Draw crystals and columns of an image, and the polarization, lattice and strain of its unit cells."""
    input:
        image=f"{IMAGE}/image.zarr",
        columns=f"{IMAGE}/columns.zarr",
        cells=f"{IMAGE}/cells.zarr",
    output:
        columns=get_reported(f"{IMAGE}/figures/columns.png", "columns"),
        columns_pdf=f"{IMAGE}/figures/columns.pdf",
        polarization=get_reported(f"{IMAGE}/figures/polarization.png", "polarization"),
        polarization_pdf=f"{IMAGE}/figures/polarization.pdf",
        strain=get_reported(f"{IMAGE}/figures/strain.png", "strain"),
        strain_pdf=f"{IMAGE}/figures/strain.pdf",
        grains=get_reported(f"{IMAGE}/figures/grains.png", "grains"),
        grains_pdf=f"{IMAGE}/figures/grains.pdf",
    log:
        f"{IMAGE}/logs/image_figures.log",
    benchmark:
        f"{IMAGE}/benchmarks/image_figures.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("image_figures.py", *PARTS),
    message:
        "Drawing the figures of {wildcards.image}"
    script:
        "../scripts/image_figures.py"
