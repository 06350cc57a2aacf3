"""Write a methods paragraph of the series with its numbers filled in, and the citations."""

from pathlib import Path

import numpy as np

from ferrotune.exports.citations import bibtex
from ferrotune.exports.methods import methods_text
from ferrotune.files.stores import read_store
from ferrotune.front.trial_table import read_table
from ferrotune.workflow.jobs import job


def image_facts_of(name, stores, row, source, dose):
    """What `ferrotune.exports.methods.image_sentences` needs of an image.

    Parameters: its name, stores (dict: image, columns), a row of summary.tsv, where it comes from, and its dose.
    """
    pixels, attributes = read_store(stores["image"], "mask")
    columns, scale = read_store(stores["columns"], "sigma_yx", "sublattice")
    return {
        "name": name,
        "source": source,
        "shape": pixels["mask"].shape,
        "used": pixels["mask"].mean(),
        **{key: attributes[key] for key in ("pixel_size_pm", "sm_percent")},
        "dose": dose,
        "columns": [int((columns["sublattice"] == number).sum()) for number in (0, 1, -1)],
        "finder": scale["finder"],
        "sigma_px": float(np.nanmedian(columns["sigma_yx"])) if np.isfinite(columns["sigma_yx"]).any() else None,
        "cell_px": scale["cell_px"],
        **{key: row[key] for key in ("mean_p_px", "noise_p_px", "scan_noise_px")},
    }


def spectra_facts_of(name, store, source):
    """What `ferrotune.exports.methods.spectra_sentences` needs of a grid of spectra, from spectra.zarr."""
    arrays, attributes = read_store(store, "mask", "axis_values")
    mask, axis = arrays["mask"], arrays["axis_values"]
    return {
        "name": name,
        "source": source,
        "shape": mask.shape,
        "used": mask.mean(),
        "steps": len(axis),
        "axis": (float(axis.min()), float(axis.max())),
        **{key: attributes[key] for key in ("pixel_size_pm", "axis_name", "axis_unit", "channels")},
        "interpolated": sum(attributes["interpolated"].values()),
    }


def result_of(row, store):
    """What `ferrotune.exports.methods.search_sentences` needs of a row of summary.tsv, and its selected.zarr."""
    _, chosen = read_store(store, "label")
    found = {key: chosen[key] for key in ("answer", "chosen_by", "parameters", "cell_px")}
    found["judged"] = chosen.get("judged", True)
    return found | {key: row[key] for key in ("trials", "ok_trials", "n_walls", "wall_width_cells")}


def main(inputs, outputs, images, pipelines, objectives, rate, series, log_path):
    """Write methods.txt and citations.bib.

    `inputs` are paths: summary, and lists over images (image, columns; of spectra no columns) or over images and
    pipelines (selected); `images` maps names to (source, dose), `pipelines` names to (entry, search); `outputs`:
    methods, citations.
    """
    with job(log_path, f"series {series}") as log:
        summary, stores = read_table(inputs["summary"]), iter(inputs["selected"])
        rows = {(row["image"], row["pipeline"]): row for row in summary.to_dict("records")}
        of_spectra = not inputs["columns"]
        facts, results = [], {pipeline: {} for pipeline in pipelines}
        for i, (image, (source, dose)) in enumerate(images.items()):
            if of_spectra:
                facts.append(spectra_facts_of(image, inputs["image"][i], source))
            else:
                own = {name: inputs[name][i] for name in ("image", "columns")}
                facts.append(image_facts_of(image, own, rows[image, next(iter(pipelines))], source, dose))
            for pipeline in pipelines:
                results[pipeline][image] = result_of(rows[image, pipeline], next(stores))
        searches = [(name, *of, results[name]) for name, of in pipelines.items()]
        text, keys = methods_text(facts, searches, objectives, rate, of_spectra)
        Path(outputs["methods"]).write_text(text, encoding="utf-8")
        Path(outputs["citations"]).write_text(bibtex(keys), encoding="utf-8")
        log.info("%d words, %d citations", len(text.split()), len(keys))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        images=snakemake.params.images,
        pipelines=snakemake.params.pipelines,
        objectives=snakemake.params.objectives,
        rate=snakemake.params.rate,
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
