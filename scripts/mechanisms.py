"""Average the spectra of each cluster of the selected trial, and draw them beside the map with its walls."""

import numpy as np
import pandas as pd

from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.figures.mechanisms import figure_mechanisms
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store, write_store
from ferrotune.loops.mechanism_table import mean_spectra, mechanism_rows
from ferrotune.workflow.jobs import job

COLUMNS = ("mechanism", "sites", "share")


def main(inputs, outputs, figures, subject, log_path):
    """Write mechanisms.tsv, mechanisms.zarr and the figure; `inputs`, `outputs` are paths by the rule's names."""
    with job(log_path, subject) as log:
        arrays, attributes = read_store(inputs["spectra"], "spectra", "axis_values", "mask")
        selected, chosen = read_store(inputs["selected"])
        reference, _ = read_store(inputs["reference"], "yx", "label")
        known = (reference["label"], selected["yx"], reference["yx"], chosen["cell_px"])
        (numbers,), _ = domain_numbers([selected["label"]], *known)
        axis, spectra = arrays["axis_values"], arrays["spectra"]
        seen, count, mean, deviation = mean_spectra(spectra, numbers)
        rows = mechanism_rows(axis, seen, count, mean[0], len(numbers))
        for row in rows:
            log.info("mechanism %d: %d sites", row["mechanism"] + 1, row["sites"])
        table = pd.DataFrame(rows, columns=None if rows else list(COLUMNS))
        table.to_csv(outputs["table"], sep="\t", index=False, na_rep="nan", float_format="%.6g")
        shape = ("channel", "mechanism", "step")
        kept = {name: attributes[name] for name in ("channels", "channel_units", "axis_name", "axis_unit")}
        held = {"axis_values": (("step",), axis), "mean_spectrum": (shape, mean.astype(np.float32))}
        held |= {"spectrum_deviation": (shape, deviation.astype(np.float32))}
        held |= {"mechanism": (("mechanism",), seen.astype(np.int16)), "count": (("mechanism",), count)}
        write_store(outputs["store"], held, kept | {"trial": chosen["trial"], "answer": chosen["answer"]})
        words = {"channel": kept["channels"][0], "channel_unit": kept["channel_units"][0], **kept, **chosen}
        save(figure_mechanisms(axis, spectra[0], numbers, selected, arrays["mask"], words), figures)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        figures=[snakemake.output.figure, snakemake.output.figure_pdf],
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
