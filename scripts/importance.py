"""Tell which parameters of a search matter for each reward, and for the status of a trial."""

from ferrotune.figures.wording import setting_names
from ferrotune.front.importance import importance_table
from ferrotune.front.trial_table import read_table, write_table
from ferrotune.rewards import REWARDS
from ferrotune.workflow.jobs import job


def main(trials, output, seed, subject, log_path):
    """Write importance.tsv from trials.tsv."""
    with job(log_path, subject) as log:
        table = read_table(trials)
        found = importance_table(table, setting_names(table.columns), [n for n in REWARDS if n in table], seed)
        for target, rows in found.groupby("target", sort=False):
            if rows["known"].all():
                best = rows.loc[rows["importance"].idxmax()]
                log.info("%s: %s matters most (%.2f of R2 %.2f)", target, *best[["parameter", "importance", "r2"]])
            else:
                log.info("%s: %d trials do not show which parameter matters", target, rows["trials"].iloc[0])
        write_table(found, output)


if __name__ == "__main__":
    main(
        trials=snakemake.input[0],
        output=snakemake.output[0],
        seed=snakemake.params.seed,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
