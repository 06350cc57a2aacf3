"""Rank rewards, and pairs of rewards, by the truth of simulated images."""

import pandas as pd

from ferrotune.figures.rewards import reward_figure
from ferrotune.figures.style import save
from ferrotune.reference.reward_ranking import held_out, pair_rows, reward_rows, scored
from ferrotune.rewards import REWARDS
from ferrotune.workflow.jobs import job


def main(tables, images, outputs, log_path):
    """Write the tables of rewards, of pairs, and of the pairs chosen on one half of the images; and a figure.

    `tables` are paths of trials.tsv, one for each of the `images`; `outputs` paths by the rule's names.
    """
    with job(log_path, "rewards") as log:
        trials = {image: pd.read_csv(path, sep="\t") for image, path in zip(images, tables, strict=True)}
        with_truth, without = scored(trials)
        log.info("%d images with walls, %d without", len(with_truth), len(without))
        known = next(iter(trials.values())).columns
        directions = {name: reward.direction for name, reward in REWARDS.items() if name in known}
        names = list(with_truth)
        # a default must not need the descriptors of two more images
        affordable = {name: way for name, way in directions.items() if "halves" not in REWARDS[name].needs}
        found = {
            "rewards": reward_rows(with_truth, directions),
            "pairs": pair_rows(with_truth, directions),
            "held_out": held_out(with_truth, affordable, (names[::2], names[1::2])),
        }
        for name, table in found.items():
            table.to_csv(outputs[name], sep="\t", index=False, na_rep="nan", float_format="%.3f")
            log.info("%s\n%s", name, table.to_string(float_format="%.3f"))
        save(reward_figure(found["rewards"], found["pairs"]), [outputs["figure"], outputs["figure_pdf"]])
        for image, table in without.items():
            log.info("%s shows no walls: %d of %d trials say ok", image, (table["status"] == "ok").sum(), len(table))


if __name__ == "__main__":
    main(
        tables=snakemake.input,
        images=snakemake.params.images,
        outputs=dict(snakemake.output.items()),
        log_path=snakemake.log[0],
    )
