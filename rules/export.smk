"""Exports of the results in the formats of other programs: a separate target, `make export`.

Reads the stores and tables of every image; writes exports/ of the series and of each image.
"""

EXPORTS = f"{IMAGE}/exports"


rule export_csv:
    """Export columns, unit cells and labels as CSV with units in the header."""
    input:
        columns=f"{IMAGE}/columns.zarr",
        cells=f"{IMAGE}/cells.zarr",
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
    output:
        columns=f"{EXPORTS}/columns.csv",
        cells=f"{EXPORTS}/cells.csv",
        labels=expand(f"{EXPORTS}/labels.{{pipeline}}.csv", pipeline=PIPELINES, allow_missing=True),
    log:
        f"{IMAGE}/logs/export_csv.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_csv.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("export_csv.py"),
    message:
        "Exporting tables of {wildcards.image}"
    script:
        "../scripts/export_csv.py"


rule export_geojson:
    """Export the selected walls as GeoJSON line strings in nm."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        walls=f"{PIPELINE}/walls.tsv",
    output:
        f"{EXPORTS}/walls.{{pipeline}}.geojson",
    log:
        f"{PIPELINE}/logs/export_geojson.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_geojson.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("export_geojson.py"),
    message:
        "Exporting walls of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/export_geojson.py"


rule export_tiff:
    """Export the image and the label maps as TIFF with the pixel size."""
    input:
        image=STORES["image"],
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
    output:
        image=f"{EXPORTS}/image.tif",
        labels=expand(f"{EXPORTS}/labels.{{pipeline}}.tif", pipeline=PIPELINES, allow_missing=True),
    log:
        f"{IMAGE}/logs/export_tiff.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_tiff.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        code=code_digest("export_tiff.py"),
    message:
        "Exporting {wildcards.image} as TIFF"
    script:
        "../scripts/export_tiff.py"


rule export_ome_zarr:
    """Export the image with the label maps as OME-Zarr."""
    input:
        image=STORES["image"],
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
    output:
        directory(f"{EXPORTS}/image.ome.zarr"),
    log:
        f"{IMAGE}/logs/export_ome_zarr.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_ome_zarr.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipelines=PIPELINES,
        code=code_digest("export_ome_zarr.py"),
    message:
        "Exporting {wildcards.image} as OME-Zarr"
    script:
        "../scripts/export_ome_zarr.py"


rule export_hspy:
    """Export the image with markers of columns and walls for HyperSpy."""
    input:
        image=f"{IMAGE}/image.zarr",
        columns=f"{IMAGE}/columns.zarr",
        selected=expand(f"{PIPELINE}/selected.zarr", pipeline=PIPELINES, allow_missing=True),
    output:
        f"{EXPORTS}/image.hspy",
    log:
        f"{IMAGE}/logs/export_hspy.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_hspy.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipelines=PIPELINES,
        code=code_digest("export_hspy.py"),
    message:
        "Exporting {wildcards.image} for HyperSpy"
    script:
        "../scripts/export_hspy.py"


rule export_methods:
    """Write a methods paragraph with its numbers filled in, and the citations."""
    input:
        summary=f"{RESULTS}/summary.tsv",
        image=expand(STORES["image"], image=IMAGES),
        columns=expand(STORES["columns"], image=IMAGES),
        selected=expand(f"{PIPELINE}/selected.zarr", image=IMAGES, pipeline=PIPELINES),
    output:
        methods=f"{RESULTS}/exports/methods.txt",
        citations=f"{RESULTS}/exports/citations.bib",
    log:
        f"{RESULTS}/logs/export_methods.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_methods.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images={n: (r["path"], None) if OF_SPECTRA else origin(config["simulation"], n, r) for n, r in IMAGES.items()},
        pipelines={name: (CASE.entry(name), CASE.searches[name]) for name in PIPELINES},
        objectives=config["objectives"],
        rate=false_discovery_rate(config),
        series=config["series"],
        code=code_digest("export_methods.py", *PARTS),
    message:
        "Writing the methods paragraph"
    script:
        "../scripts/export_methods.py"


include: "export_figures.smk"
