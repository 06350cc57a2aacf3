"""Latent variables of the image, from the variational autoencoder of the selected trial.

For pipelines that train such a model. Reads the selected trial, the rounds and the descriptors; writes
<image>/<pipeline>/latents.zarr and figures/latent_space, latent_uncertainty, latent_density.
"""


rule latents:
    """Store and draw the latent variables of the selected trial's model, their uncertainty, and decoded patches."""
    input:
        selected=f"{PIPELINE}/selected.zarr",
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        image=f"{IMAGE}/image.zarr",
    output:
        store=directory(f"{PIPELINE}/latents.zarr"),
        latent_space=get_reported(f"{PIPELINE}/figures/latent_space.png", "latent_space"),
        latent_space_pdf=f"{PIPELINE}/figures/latent_space.pdf",
        latent_uncertainty=get_reported(f"{PIPELINE}/figures/latent_uncertainty.png", "latent_uncertainty"),
        latent_uncertainty_pdf=f"{PIPELINE}/figures/latent_uncertainty.pdf",
        latent_density=get_reported(f"{PIPELINE}/figures/latent_density.png", "latent_density"),
        latent_density_pdf=f"{PIPELINE}/figures/latent_density.pdf",
    log:
        f"{PIPELINE}/logs/latents.log",
    benchmark:
        f"{PIPELINE}/benchmarks/latents.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, TRAINED)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        code=code_digest("latents.py", *PARTS),
    message:
        "Storing the latent variables of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/latents.py"
