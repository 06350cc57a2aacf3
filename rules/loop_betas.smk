"""Loops that a model generates over beta, for pipelines of spectra that train one.

Reads the trials, the selected one, the rounds and the descriptors; writes <image>/<pipeline>/betas.zarr and
figures/betas.
"""

OVER_BETA = TRAINED if OF_SPECTRA else []


rule loop_betas:
    """Store and draw the loops along the leading latent variables at several betas."""
    input:
        trials=f"{PIPELINE}/trials.tsv",
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
    output:
        store=directory(f"{PIPELINE}/betas.zarr"),
        figure=get_reported(f"{PIPELINE}/figures/betas.png", "betas"),
        figure_pdf=f"{PIPELINE}/figures/betas.pdf",
    log:
        f"{PIPELINE}/logs/loop_betas.log",
    benchmark:
        f"{PIPELINE}/benchmarks/loop_betas.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, OVER_BETA)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        code=code_digest("loop_betas.py", *PARTS),
    message:
        "Drawing the loops of {wildcards.image}, {wildcards.pipeline}, over beta"
    script:
        "../scripts/loop_betas.py"
