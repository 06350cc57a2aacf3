"""Spectral images, simulated or imported: checked, their bad points interpolated, and what they show.

For a series whose rows have the kind spectra. Reads the sample sheet (path, pixel_size_pm, mask), files of spectra, the
config's `spectra`, and the results of the pipelines; writes <image>/source/loops.npz and loops_truth.h5 for simulated
ones, <image>/spectra.zarr, figures, and <image>/<pipeline>/mechanisms.zarr, mechanisms.tsv and their figures.
"""


rule simulate_spectra:
    """Simulate switching loops of known mechanisms on a grid, with the truth."""
    output:
        image=f"{IMAGE}/source/loops.npz",
        truth=f"{IMAGE}/source/loops_truth.h5",
    log:
        f"{IMAGE}/logs/simulate_spectra.log",
    benchmark:
        f"{IMAGE}/benchmarks/simulate_spectra.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        specimen=lambda wildcards: loop_specimen(config["spectra"]["simulation"], wildcards.image)[0],
        seed=lambda wildcards: loop_specimen(config["spectra"]["simulation"], wildcards.image)[1],
        code=code_digest("simulate_spectra.py"),
    message:
        "Simulating spectra {wildcards.image}"
    script:
        "../scripts/simulate_spectra.py"


rule import_spectra:
    """Read spectra on a grid, check them, interpolate bad points, and mask sites that have too many."""
    input:
        get_source,
    output:
        directory(f"{IMAGE}/spectra.zarr"),
    log:
        f"{IMAGE}/logs/import_spectra.log",
    benchmark:
        f"{IMAGE}/benchmarks/import_spectra.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        path=get_source_path,
        mask=lambda wildcards: IMAGES[wildcards.image]["mask"],
        step_pm=lambda wildcards: IMAGES[wildcards.image]["pixel_size_pm"],
        sm_percent=lambda wildcards: IMAGES[wildcards.image]["sm_percent"],
        contents=lambda wildcards: checksums(own_files(IMAGES[wildcards.image], "path", "mask")),
        code=code_digest("import_spectra.py"),
    message:
        "Importing spectra {wildcards.image}"
    script:
        "../scripts/import_spectra.py"


rule spectra_figures:
    """Draw the spectra of a grid, maps of them, and what linear components make of them."""
    input:
        f"{IMAGE}/spectra.zarr",
    output:
        spectra=get_reported(f"{IMAGE}/figures/spectra.png", "spectra"),
        spectra_pdf=f"{IMAGE}/figures/spectra.pdf",
        pitfalls=get_reported(f"{IMAGE}/figures/pitfalls.png", "pitfalls"),
        pitfalls_pdf=f"{IMAGE}/figures/pitfalls.pdf",
    log:
        f"{IMAGE}/logs/spectra_figures.log",
    benchmark:
        f"{IMAGE}/benchmarks/spectra_figures.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("spectra_figures.py"),
    message:
        "Drawing the spectra of {wildcards.image}"
    script:
        "../scripts/spectra_figures.py"


rule mechanisms:
    """Average the spectra of each cluster of the selected trial, and draw them with the map and its walls."""
    input:
        spectra=f"{IMAGE}/spectra.zarr",
        selected=f"{PIPELINE}/selected.zarr",
        sites=get_sites,
        reference=f"{IMAGE}/reference.zarr",
    output:
        table=f"{PIPELINE}/mechanisms.tsv",
        store=directory(f"{PIPELINE}/mechanisms.zarr"),
        figure=get_reported(f"{PIPELINE}/figures/mechanisms.png", "mechanisms"),
        figure_pdf=f"{PIPELINE}/figures/mechanisms.pdf",
    log:
        f"{PIPELINE}/logs/mechanisms.log",
    benchmark:
        f"{PIPELINE}/benchmarks/mechanisms.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("mechanisms.py"),
    message:
        "Drawing the mechanisms of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/mechanisms.py"


rule traversals:
    """Draw the spectra that the selected trial generates along each of its components, with real ones behind."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
    output:
        get_reported(f"{PIPELINE}/figures/traversals.png", "traversals"),
        f"{PIPELINE}/figures/traversals.pdf",
    log:
        f"{PIPELINE}/logs/traversals.log",
    benchmark:
        f"{PIPELINE}/benchmarks/traversals.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        code=code_digest("traversals.py", *PARTS),
    message:
        "Drawing the generated spectra of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/traversals.py"
