"""Write the checked sheet beside the results, separated by tabs, or end with what is wrong in it."""

from ferrotune.errors import InputError
from ferrotune.files.tables import copy_with_tabs, write_with_tabs
from ferrotune.workflow.jobs import job, say


def main(sheet, output, problems, log_path, rows=None):
    """Copy `sheet` to `output` if there is no problem; else say each and exit. Without a sheet, write `rows` (dict)."""
    with job(log_path, "images"):
        for problem in problems[:-1]:
            say("images", problem)
        if problems:
            raise InputError(problems[-1])
        if sheet is None:
            write_with_tabs(list(rows.values()), output)
        else:
            copy_with_tabs(sheet, output, ("image", "path"))


if __name__ == "__main__":
    main(
        sheet=snakemake.input[0] if snakemake.input else None,
        output=snakemake.output[0],
        problems=snakemake.params.problems,
        log_path=snakemake.log[0],
        rows=snakemake.params.rows,
    )
