"""Draw the spectra of a grid, and what linear components make of them."""

from ferrotune.figures.pitfalls import figure_pitfalls
from ferrotune.figures.spectra_maps import figure_spectra
from ferrotune.figures.style import empty_figure, save
from ferrotune.files.stores import read_store
from ferrotune.loops.branches import is_loop
from ferrotune.loops.linear_components import linear_loops
from ferrotune.loops.physical_sense import impossible
from ferrotune.workflow.jobs import job

RANK = 4  # components of each reduction that are drawn. Ours


def main(store, paths, image, log_path):
    """Write each figure to all of its paths; `paths` is a dict of spectra and pitfalls, each a list."""
    with job(log_path, f"image {image}") as log:
        arrays, attributes = read_store(store)
        axis, spectra = arrays["axis_values"], arrays["spectra"]
        figure = figure_spectra(arrays["image"], arrays["mask"], axis, spectra, attributes, attributes)
        save(figure, paths["spectra"])
        if not is_loop(axis):
            save(empty_figure("the axis does not go down and up: there are no loops"), paths["pitfalls"])
            return
        components = linear_loops(spectra[0], RANK)
        steps = len(axis)
        wrong = {n: impossible(axis, of.reshape(-1, steps)).reshape(of.shape[:2]) for n, of in components.items()}
        for name, of in wrong.items():
            log.info("%s: of %d components %d make a loop that no sample has", name, len(of), of.any(axis=1).sum())
        words = attributes | {"channel": attributes["channels"][0], "channel_unit": attributes["channel_units"][0]}
        save(figure_pitfalls(axis, spectra[0], components, wrong, words), paths["pitfalls"])


if __name__ == "__main__":
    main(
        store=snakemake.input[0],
        paths={name: [snakemake.output[name], snakemake.output[f"{name}_pdf"]] for name in ("spectra", "pitfalls")},
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
