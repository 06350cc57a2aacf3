"""Exports of spectra on a grid: tables of the sites, signals of HyperSpy, figures.

Reads the stores and tables of every grid; writes exports/ of each. Part of `make export`.
"""

GRIDS, GRIDS_WITH_MODELS = (PIPELINES, OVER_BETA) if OF_SPECTRA else ([], [])


rule export_spectra_csv:
    """Export the sites of a grid as CSV: mechanism, domain, confidence and scores."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        components=f"{PIPELINE}/components.zarr",
        sites=get_sites,
        reference=f"{IMAGE}/reference.zarr",
    output:
        f"{EXPORTS}/sites.{{pipeline}}.csv",
    log:
        f"{PIPELINE}/logs/export_spectra_csv.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_spectra_csv.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("export_spectra_csv.py"),
    message:
        "Exporting the sites of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/export_spectra_csv.py"


rule export_spectra_hspy:
    """Export the spectra of a grid with maps of mechanisms, confidence and scores for HyperSpy."""
    input:
        spectra=f"{IMAGE}/spectra.zarr",
        reference=f"{IMAGE}/reference.zarr",
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
        components=expand(f"{PIPELINE}/components.zarr", pipeline=PIPELINES, allow_missing=True),
    output:
        f"{EXPORTS}/spectra.hspy",
    log:
        f"{IMAGE}/logs/export_spectra_hspy.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_spectra_hspy.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipelines=PIPELINES,
        code=code_digest("export_spectra_hspy.py"),
    message:
        "Exporting the spectra of {wildcards.image} for HyperSpy"
    script:
        "../scripts/export_spectra_hspy.py"


use rule spectra_figures as export_spectra_figures with:
    output:
        spectra=f"{FIGURES}/spectra.svg",
        spectra_pdf=f"{FIGURES}/spectra.pdf",
        pitfalls=f"{FIGURES}/pitfalls.svg",
        pitfalls_pdf=f"{FIGURES}/pitfalls.pdf",
    log:
        f"{IMAGE}/logs/export_spectra_figures.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_spectra_figures.tsv"


use rule mechanisms as export_mechanisms with:
    output:
        table=temp(f"{OF_PIPELINE}/mechanisms.tsv"),
        store=temp(directory(f"{OF_PIPELINE}/mechanisms.zarr")),
        figure=f"{OF_PIPELINE}/mechanisms.svg",
        figure_pdf=f"{OF_PIPELINE}/mechanisms.pdf",
    log:
        f"{PIPELINE}/logs/export_mechanisms.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_mechanisms.tsv"


use rule traversals as export_traversals with:
    output:
        f"{OF_PIPELINE}/traversals.svg",
        f"{OF_PIPELINE}/traversals.pdf",
    log:
        f"{PIPELINE}/logs/export_traversals.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_traversals.tsv"


use rule loop_betas as export_loop_betas with:
    output:
        store=temp(directory(f"{OF_PIPELINE}/betas.zarr")),
        figure=f"{OF_PIPELINE}/betas.svg",
        figure_pdf=f"{OF_PIPELINE}/betas.pdf",
    log:
        f"{PIPELINE}/logs/export_loop_betas.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_loop_betas.tsv"


OF_GRID = [*rules.export_spectra_hspy.output, *rules.export_spectra_figures.output]
OF_GRID_PIPELINE = [*rules.export_spectra_csv.output, rules.export_mechanisms.output.figure]
OF_GRID_PIPELINE += [rules.export_traversals.output[0]]
EXPORTED_SPECTRA = expand(OF_GRID, image=IMAGES if OF_SPECTRA else [])
EXPORTED_SPECTRA += expand(OF_GRID_PIPELINE, image=IMAGES, pipeline=GRIDS)
EXPORTED_SPECTRA += expand(rules.export_loop_betas.output.figure, image=IMAGES, pipeline=GRIDS_WITH_MODELS)
