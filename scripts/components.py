"""Store the components of the selected trial (its descriptors, reduced to a few numbers per site); draw their maps."""

import numpy as np

from ferrotune.figures.components import component_maps
from ferrotune.figures.style import save
from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stores import open_array, read_store, write_store
from ferrotune.front.selection import selected_pipeline
from ferrotune.search.evaluation import reduced_scores
from ferrotune.sites.sites import nearest
from ferrotune.workflow.jobs import job

MOST = 16  # components that are stored; raw patches have thousands of numbers per site


def main(inputs, output, figures, pipeline, subject, log_path):
    """Write components.zarr and its figure; `inputs` are paths: selected, descriptors (list), rounds (list), image."""
    with job(log_path, subject) as log:
        selected, attributes = read_store(inputs["selected"])
        scores, reduction = np.empty((len(selected["yx"]), 0)), ""
        if attributes["trial"] is not None:
            own, setting, store = selected_pipeline(pipeline, attributes["parameters"], inputs["descriptors"])
            reduction, checkpoint = own.reduction, read_checkpoint(inputs["rounds"], attributes["trial"])
            scores = reduced_scores(own, own.part("descriptor").open(store, setting), setting, {}, checkpoint)
            scores = scores[nearest(read_store(store, "yx")[0]["yx"], selected["yx"])]
        log.info("%s: %d components, %d kept", attributes["answer"], scores.shape[1], min(scores.shape[1], MOST))
        scores = scores[:, :MOST].astype(np.float32)
        arrays = {"yx": (("site", "axis"), selected["yx"]), "scores": (("site", "component"), scores)}
        kept = ("answer", "trial", "parameters", "cell_px", "pixel_size_pm")
        write_store(output, arrays, {name: attributes[name] for name in kept} | {"reduction": reduction})
        figure = component_maps(scores, selected, attributes, open_array(inputs["image"], "mask")[...])
        save(figure, figures)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output.store,
        figures=[snakemake.output.components, snakemake.output.components_pdf],
        pipeline=snakemake.params.pipeline,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
