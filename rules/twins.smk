"""Films of known truth that are like an image, and what the selected setting of each pipeline finds on them.

Reads the image, its columns and unit cells, selected.zarr, and the config's `search.seed`, `judge`, `sites`, `patches`;
writes <image>/films/twin/ and null/ with image.zarr, columns.zarr and cells.zarr, and <image>/<pipeline>/twins.json.
"""

from ferrotune.workflow.kinds import film_stores

FILM_STORES = film_stores(IMAGE)


rule films:
    """Render the twin of an image and a film without walls, and find columns and unit cells of both."""
    input:
        image=STORES["image"],
        columns=STORES["columns"],
        cells=STORES["cells"],
    output:
        **{name: directory(path) for name, path in FILM_STORES.items()},
    log:
        f"{IMAGE}/logs/films.log",
    benchmark:
        f"{IMAGE}/benchmarks/films.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        seed=config["search"]["seed"],
        code=code_digest("films.py"),
    message:
        "Rendering films like {wildcards.image}"
    script:
        "../scripts/films.py"


rule twins:
    """Try the selected setting on a film like the image whose walls are known, and on one without walls."""
    input:
        **FILM_STORES,
        cells=STORES["cells"],
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
    output:
        f"{PIPELINE}/twins.json",
    log:
        f"{PIPELINE}/logs/twins.log",
    benchmark:
        f"{PIPELINE}/benchmarks/twins.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        pipeline=get_pipeline,
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        rate=false_discovery_rate(config),
        options={"sites": config["sites"], "subpixel": config["patches"]["subpixel"]},
        code=lambda wildcards: code_digest("twins.py", *module_names(get_pipeline(wildcards))),
    message:
        "Trying the setting of {wildcards.image}, {wildcards.pipeline}, on its twin"
    script:
        "../scripts/twins.py"
