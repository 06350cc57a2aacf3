"""What the variational autoencoder of the selected trial says of the image.

Reads selection and rounds of the pipelines that train one, and their descriptors; writes <image>/<pipeline>/latents.zarr
and figures/latent_space, latent_uncertainty, latent_density.
"""


rule latents:
    """Keep the latent variables of the selected trial's model, their certainty and pictures, and draw them."""
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
        seed=lambda wildcards: get_search(wildcards)["seed"],
        code=lambda wildcards: code_digest("latents.py", *module_names(get_pipeline(wildcards))),
    message:
        "Keeping the latent variables of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/latents.py"
