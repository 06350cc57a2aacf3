"""Stores of descriptors, one for each descriptor that a pipeline uses.

Reads the stores that the descriptor needs (<image>/image.zarr, columns.zarr or cells.zarr), the config's `sites`,
`patches`, and the descriptor's parameters in the spaces of the pipelines; writes
<image>/descriptors/<descriptor>.zarr and, where a reward needs them, <image>/halves/0 and 1, each with image.zarr and
descriptors/ of half the dose.
"""


rule describe:
    """Describe every site, for all settings of the descriptor in the spaces of the pipelines."""
    input:
        unpack(get_described),
    output:
        directory(f"{IMAGE}/descriptors/{{descriptor}}.zarr"),
    log:
        f"{IMAGE}/logs/describe.{{descriptor}}.log",
    benchmark:
        f"{IMAGE}/benchmarks/describe.{{descriptor}}.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        uses=lambda wildcards: search_config.descriptor_uses(config["pipelines"], wildcards.descriptor),
        pipelines=lambda wildcards: search_config.users_of(config["pipelines"], wildcards.descriptor),
        options={"sites": config["sites"], "subpixel": config["patches"]["subpixel"]},
        code=lambda wildcards: code_digest("describe.py", parts.module_name("descriptor", wildcards.descriptor)),
    message:
        "Describing {wildcards.image} by {wildcards.descriptor}"
    script:
        "../scripts/describe.py"


rule halve:
    """Split an image into two images of half the dose, for the reward that compares their segmentations."""
    input:
        f"{IMAGE}/image.zarr",
    output:
        directory(f"{IMAGE}/halves/0/image.zarr"),
        directory(f"{IMAGE}/halves/1/image.zarr"),
    log:
        f"{IMAGE}/logs/halve.log",
    benchmark:
        f"{IMAGE}/benchmarks/halve.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        seed=config["search"]["seed"],
        code=code_digest("halve.py"),
    message:
        "Splitting the dose of {wildcards.image}"
    script:
        "../scripts/halve.py"


use rule describe as describe_half with:
    input:
        unpack(get_half_described),
    output:
        directory(f"{HALF}/descriptors/{{descriptor}}.zarr"),
    log:
        f"{IMAGE}/logs/{{descriptor}}.half{{half}}.log",
    benchmark:
        f"{IMAGE}/benchmarks/{{descriptor}}.half{{half}}.tsv"
    message:
        "Describing half {wildcards.half} of {wildcards.image} by {wildcards.descriptor}"
