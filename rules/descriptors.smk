"""Descriptor stores, one for each descriptor that a pipeline uses.

Reads <image>/image.zarr, columns.zarr or cells.zarr, as the descriptor needs, the config's `sites`, `patches`, and
the descriptor's parameters in the pipelines' spaces; writes <image>/descriptors/<descriptor>.zarr.
"""


rule describe:
    """Describe every site, for all settings of the descriptor that the spaces hold."""
    input:
        unpack(get_described),
    output:
        directory(f"{IMAGE}/descriptors/{{descriptor}}.zarr"),
    log:
        f"{IMAGE}/logs/describe.{{descriptor}}.log",
    benchmark:
        f"{IMAGE}/benchmarks/describe.{{descriptor}}.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        uses=lambda wildcards: settings.descriptor_uses(config["pipelines"], wildcards.descriptor),
        options={"sites": config["sites"], "subpixel": config["patches"]["subpixel"]},
        code=lambda wildcards: code_digest("describe.py", module_name("descriptor", wildcards.descriptor)),
    message:
        "Describing {wildcards.image} by {wildcards.descriptor}"
    script:
        "../scripts/describe.py"
