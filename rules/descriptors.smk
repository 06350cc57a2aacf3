"""Descriptor stacks, one for each descriptor that a pipeline uses.

Reads <image>/image.zarr and columns.zarr, the config's `sites`, `patches`, and the windows and
preprocessing of the pipelines' spaces; writes <image>/descriptors/<descriptor>.zarr.
"""


rule patches:
    """Cut the largest window around every site, once for each preprocessing in the space."""
    input:
        image=f"{IMAGE}/image.zarr",
        columns=f"{IMAGE}/columns.zarr",
    output:
        directory(f"{IMAGE}/descriptors/patches.zarr"),
    log:
        f"{IMAGE}/logs/patches.log",
    benchmark:
        f"{IMAGE}/benchmarks/patches.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        sites=config["sites"],
        subpixel=config["patches"]["subpixel"],
        cuts=settings.patch_cuts(config["pipelines"]),
        code=code_digest("patches.py"),
    message:
        "Cutting patches of {wildcards.image}"
    script:
        "../scripts/patches.py"
