"""What a run keeps and says at its start, and says at its end.

Reads summary.tsv and the logs; writes config.yaml, the whole config of the run, and, where images failed, the summary
and the figure of the others.
"""

from ferrotune.workflow.config_files import keep_config, trials_apart
from ferrotune.workflow.messages import answer_lines, said_lines, start_line, warning_lines
from ferrotune.workflow.partial_series import partial_lines, remove_replaced


onstart:
    keep_config(GIVEN, RESULTS)
    print(
        start_line(RESULTS, IMAGES, CASE.trials, CASE.ending),
        *trials_apart(GIVEN, workflow.config_settings.overwrite_config),
        sep="\n",
        file=sys.stderr,
    )


onsuccess:
    print(*answer_lines(RESULTS), *warning_lines(RESULTS, IMAGES), sep="\n")
    remove_replaced(RESULTS)
    if not config["keep_descriptors"]:
        from ferrotune.workflow.tidy import remove_stacks  # zarr takes long to import

        remove_stacks(RESULTS, config)


onerror:
    unfinished = [str(path) for job in workflow.dag.needrun_jobs() for path in job.output]
    answers = partial_lines(RESULTS, IMAGES, config, CASE.trials, unfinished)
    print(*answers, *said_lines(RESULTS, IMAGES), sep="\n", file=sys.stderr)
