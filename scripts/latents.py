"""Store and draw the latent variables of the selected trial's autoencoder, their uncertainty, and decoded images."""

import numpy as np

from ferrotune.figures.latent_density import latent_density
from ferrotune.figures.latent_space import latent_space
from ferrotune.figures.latent_uncertainty import latent_uncertainty
from ferrotune.figures.style import save
from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stores import open_array, read_store, write_store
from ferrotune.front.selection import selected_pipeline
from ferrotune.search.evaluation import trial_seed
from ferrotune.sites.sites import nearest
from ferrotune.vae.outputs import empty_latent_arrays, latent_arrays
from ferrotune.workflow.jobs import job

FIGURES = {"latent_space": latent_space, "latent_uncertainty": latent_uncertainty, "latent_density": latent_density}


def products(inputs, pipeline, selected, attributes, seed):
    """Arrays of the selected trial's model at the selected sites (empty if it trained none); clustering; best epoch."""
    if attributes["trial"] is None or (checkpoint := read_checkpoint(inputs["rounds"], attributes["trial"])) is None:
        return empty_latent_arrays(len(selected["yx"])), "", 0
    own, setting, store = selected_pipeline(pipeline, attributes["parameters"], inputs["descriptors"])
    described = own.part("descriptor").open(store, setting)
    arrays = latent_arrays(checkpoint, described, setting, trial_seed(seed, attributes["trial"]))
    sites, _ = read_store(store, "yx", "sublattice")
    onto = nearest(sites["yx"], selected["yx"])
    arrays = {name: (axes, a[onto] if axes[0] == "site" else a) for name, (axes, a) in arrays.items()}
    return arrays | {"sublattice": (("site",), sites["sublattice"][onto])}, own.clustering, checkpoint[1]["best_epoch"]


def main(inputs, output, figures, pipeline, seed, subject, log_path):
    """Write latents.zarr and its figures.

    `inputs` are paths by name: selected, image, and, as lists, descriptors and rounds; `figures` are lists of paths
    by the name of the figure, in the format of their suffix.
    """
    with job(log_path, subject) as log:
        selected, attributes = read_store(inputs["selected"])
        arrays, clustering, best = products(inputs, pipeline, selected, attributes, seed)
        arrays |= {"yx": (("site", "axis"), selected["yx"]), "label": (("site",), selected["label"])}
        kept = {name: attributes[name] for name in ("answer", "trial", "parameters", "cell_px", "pixel_size_pm")}
        kept |= {"clustering": clustering, "best_epoch": best}
        write_store(output, arrays, kept)
        plain = {name: np.asarray(values) for name, (_, values) in arrays.items()}
        log.info("%s: %d latent variables of %d sites", attributes["answer"], plain["z"].shape[1], len(selected["yx"]))
        mask = open_array(inputs["image"], "mask")[...]
        for name, paths in figures.items():
            save(FIGURES[name](plain, kept, selected, mask), paths)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output.store,
        figures={name: [snakemake.output[name], snakemake.output[f"{name}_pdf"]] for name in FIGURES},
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
