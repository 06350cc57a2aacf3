"""Export a grid of spectra with its maps of mechanisms, confidence and scores, for HyperSpy."""

from ferrotune.exports.spectra_file import signals, write_signals
from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def maps_of(pipeline, selected, chosen, scores, reference):
    """Maps of a pipeline: dict of title to (site,) float, -1 in the map of mechanisms where a site is undecided."""
    known = (reference["label"], selected["yx"], reference["yx"], chosen["cell_px"])
    (numbers,), _ = domain_numbers([selected["label"]], *known)
    maps = {f"{pipeline} mechanism": numbers, f"{pipeline} confidence": selected["confidence"]}
    return maps | {f"{pipeline} component {n + 1}": of for n, of in enumerate(scores.T)}


def main(inputs, pipelines, output, image, log_path):
    """Write spectra.hspy; `inputs` are paths: spectra, reference and, for each pipeline, selected and components."""
    with job(log_path, f"image {image}") as log:
        arrays, words = read_store(inputs["spectra"])
        reference, _ = read_store(inputs["reference"], "yx", "label")
        maps = {}
        for pipeline, selected, components in zip(pipelines, inputs["selected"], inputs["components"], strict=True):
            scores = read_store(components, "scores")[0]["scores"]
            maps |= maps_of(pipeline, *read_store(selected), scores, reference)
        shape = arrays["mask"].shape
        held = (arrays["spectra"], arrays["yx"], shape, arrays["axis_values"], words, maps, words["pixel_size_pm"])
        write_signals(output, signals(*held))
        log.info("%d channels, %d maps of %s", len(arrays["spectra"]), len(maps), ", ".join(pipelines))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        pipelines=snakemake.params.pipelines,
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
