"""Rank rewards, and pairs of rewards, by the truth of simulated images."""

import pandas as pd

from ferrotune.cells.polarization_variants import peer_labels
from ferrotune.figures.rewards import reward_figure
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.reference.reward_ranking import held_out, pair_rows, peer_row, reward_rows, scored
from ferrotune.reference.scores import labels_at
from ferrotune.rewards import REWARDS
from ferrotune.segmentation.agreement import ari
from ferrotune.workflow.jobs import job


def peer_agreement(cells_path, reference_path):
    """Agreement (ARI) of the ten-line peer with the truth of an image."""
    cells, attributes = read_store(cells_path, "yx", "polarization", "ab")
    reference, _ = read_store(reference_path, "yx", "label")
    found = peer_labels(cells["polarization"], cells["ab"])
    return ari(found, labels_at(cells["yx"], reference["yx"], reference["label"], attributes["cell_px"]))


def main(inputs, images, outputs, log_path):
    """Write the tables of rewards, of pairs, and of the pairs chosen on one half of the images; and a figure.

    `inputs` are lists of paths by name, one for each of the `images`: tables (trials.tsv), cells, references;
    `outputs` are paths by the rule's names.
    """
    with job(log_path, "rewards") as log:
        trials = {image: pd.read_csv(path, sep="\t") for image, path in zip(images, inputs["tables"], strict=True)}
        paths = zip(images, inputs["cells"], inputs["references"], strict=True)
        peers = {image: peer_agreement(cells, reference) for image, cells, reference in paths}
        with_truth, without = scored(trials)
        log.info("%d images with walls, %d without", len(with_truth), len(without))
        known = next(iter(trials.values())).columns
        directions = {name: reward.direction for name, reward in REWARDS.items() if name in known}
        names = list(with_truth)
        # a default must not need the descriptors of two more images
        affordable = {name: way for name, way in directions.items() if "halves" not in REWARDS[name].needs}
        found = {
            "rewards": pd.concat([reward_rows(with_truth, directions), peer_row(with_truth, peers)]),
            "pairs": pair_rows(with_truth, directions),
            "held_out": held_out(with_truth, affordable, (names[::2], names[1::2])),
        }
        for name, table in found.items():
            table.to_csv(outputs[name], sep="\t", index=False, na_rep="nan", float_format="%.3f")
            log.info("%s\n%s", name, table.to_string(float_format="%.3f"))
        save(
            reward_figure(found["rewards"][found["rewards"]["reward"] != "peer"], found["pairs"]),
            [outputs["figure"], outputs["figure_pdf"]],
        )
        for image, table in without.items():
            log.info("%s shows no walls: %d of %d trials say ok", image, (table["status"] == "ok").sum(), len(table))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        images=snakemake.params.images,
        outputs=dict(snakemake.output.items()),
        log_path=snakemake.log[0],
    )
