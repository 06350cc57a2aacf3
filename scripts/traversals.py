"""Draw the spectra that the selected trial generates along each of its components."""

from ferrotune.figures.loop_traversals import labels_of, loop_traversals
from ferrotune.figures.style import empty_figure, save
from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stores import read_store
from ferrotune.front.selection import selected_pipeline
from ferrotune.loops.generated import along_scores
from ferrotune.search.evaluation import generated_loops, reduced_scores
from ferrotune.workflow.jobs import job

MOST = 16  # components: of a pipeline without a reduction these are the steps themselves, and nothing is generated


def generated_by(inputs, pipeline, chosen):
    """What the selected trial generates (GeneratedLoops), or None; and why it is nothing (str)."""
    if chosen["trial"] is None:
        return None, f"{chosen['answer']}: nothing was clustered"
    own, setting, store = selected_pipeline(pipeline, chosen["parameters"], inputs["descriptors"])
    described = own.part("descriptor").open(store, setting)
    checkpoint = read_checkpoint(inputs["rounds"], chosen["trial"])
    scores = reduced_scores(own, described, setting, {}, checkpoint)
    if scores.shape[1] > MOST:
        return None, f"{own.reduction}: the spectra themselves were clustered, so there are no components"
    return generated_loops(own, described, setting, scores, checkpoint), "components of slopes generate no spectra"


def main(inputs, figures, pipeline, subject, log_path):
    """Write the figure; `inputs` are paths: selected, descriptors (list), rounds (list)."""
    with job(log_path, subject) as log:
        _, chosen = read_store(inputs["selected"], "label")
        found, reason = generated_by(inputs, pipeline, chosen)
        if found is None:
            log.info("%s", reason)
            save(empty_figure(reason), figures)
            return
        names = [f"component {n + 1}" for n in range(found.scores.shape[1])]
        places = along_scores(found.scores).diagonal(axis1=0, axis2=2).T
        _, described = read_store(inputs["descriptors"][0], "yx")
        labels = labels_of(described, chosen["parameters"])
        save(loop_traversals(found.traversals, places, found.real, found.axis, names, labels), figures)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        figures=list(snakemake.output),
        pipeline=snakemake.params.pipeline,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
