"""Store and draw the loops that a trained model generates along its leading latent variables, at several betas."""

import numpy as np

from ferrotune.figures.loop_traversals import labels_of, loop_betas
from ferrotune.figures.style import empty_figure, save
from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stores import read_store, write_store
from ferrotune.front.selection import parameters_of, selected_pipeline, setting_of
from ferrotune.front.trial_table import read_table
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search.loops_of_betas import betas_of, loops_of_betas, models_of_betas
from ferrotune.workflow.jobs import job

SHAPES = {
    "beta": ("beta",),
    "loss": ("beta", "part"),
    "variable": ("beta", "column"),
    "divergence": ("beta", "column"),
    "traversal": ("beta", "column", "point", "step"),
    "axis_values": ("step",),
}
PLACES = ("first", "second", "third", "fourth")  # of the variables that say most, where each model has its own
NOTHING = "no trial that trained a model is selected: there are no loops over \N{GREEK SMALL LETTER BETA}"


def checkpoints_of(inputs, own, setting, chosen):
    """Checkpoints (dict of beta -> arrays and attributes) to show, and whether one model serves all betas."""
    selected = read_checkpoint(inputs["rounds"], chosen["trial"])
    if selected[1]["architecture"]["amortised"]:
        return dict.fromkeys(betas_of(True, [], setting["beta"]), selected), True
    table, choice = read_table(inputs["trials"]), chosen["parameters"].get(CHOICE)
    rows = {trial: parameters_of(table, trial) for trial in table["trial"].tolist()}
    settings = {trial: setting_of(own.space, row) for trial, row in rows.items() if row.get(CHOICE) == choice}
    trials = models_of_betas(own, chosen["trial"], settings)
    models = {beta: read_checkpoint(inputs["rounds"], trial) for beta, trial in trials.items()}
    trained = [beta for beta, model in models.items() if model is not None]  # not one that failed
    return {beta: models[beta] for beta in betas_of(False, trained, setting["beta"])}, False


def main(inputs, output, figures, pipeline, subject, log_path):
    """Write betas.zarr and the figure; `inputs` are paths: trials, selected, and, as lists, descriptors and rounds."""
    with job(log_path, subject) as log:
        _, chosen = read_store(inputs["selected"], "label")
        if chosen["trial"] is None or read_checkpoint(inputs["rounds"], chosen["trial"]) is None:
            log.info("%s", NOTHING)
            write_store(output, {"beta": (("beta",), np.empty(0))}, {"trial": chosen["trial"]})
            save(empty_figure(NOTHING), figures)
            return
        own, setting, store = selected_pipeline(pipeline, chosen["parameters"], inputs["descriptors"])
        described, words = own.part("descriptor").open(store, setting), read_store(store, "yx")[1]
        models, amortised = checkpoints_of(inputs, own, setting, chosen)
        real = np.asarray(described.loops(setting), np.float32)
        found = loops_of_betas(models, real, amortised, setting["beta"]) | {"axis_values": described.axis}
        for beta, (loss, error, divergence) in zip(found["beta"], found["loss"], strict=True):
            log.info("beta %.4g: loss %.4g, error %.4g, divergence %.3g nats", beta, loss, error, divergence)
        labels = labels_of(words, setting)
        kept = {"trial": chosen["trial"], "own_beta": setting["beta"], "amortised": amortised, "labels": list(labels)}
        write_store(output, {name: (SHAPES[name], found[name]) for name in SHAPES}, kept)
        names = [
            f"latent variable {n + 1}" if amortised else f"{PLACES[k]} latent variable"
            for k, n in enumerate(found["variable"][0])
        ]
        curves = found["traversal"], real, described.axis, names, labels
        save(loop_betas(found["beta"], found["loss"], *curves, found["divergence"], setting["beta"]), figures)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output.store,
        figures=[snakemake.output.figure, snakemake.output.figure_pdf],
        pipeline=snakemake.params.pipeline,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
