"""The jobs of a series: inputs, outputs and times from what Snakemake keeps, what each used from its benchmark."""

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.workflow.benchmarks import benchmark_of

METADATA = ".snakemake/metadata"  # in the folder of the run: a file for each output, named after its path
USED = {"cpu_time": "s", "max_rss": "MB"}  # columns of a benchmark, with their units


@dataclass(frozen=True)
class Job:
    """A job that ended.

    Attributes
    ----------
    rule : str
    inputs, outputs, logs : tuple of str, paths relative to the folder of the run
    start, end : float, s since the epoch
    used : dict of str -> float, what of USED its benchmark tells
    """

    rule: str
    inputs: tuple
    outputs: tuple
    logs: tuple
    start: float
    end: float
    used: dict

    @property
    def of(self):
        """What the job works on (str): image, pipeline and round, from the path of its log."""
        if not self.logs:
            return ""
        log = Path(self.logs[0])
        parts = [*log.parts[2:-2], *log.stem.split(".")[1:]]  # results/SERIES/IMAGE/PIPELINE/logs/RULE.ROUND.log
        return ", ".join(parts)


def _output_of(record, metadata):
    """Path of the output that a file of Snakemake's metadata (Path) belongs to; None where its name is none."""
    name = "".join(part.removeprefix("@") for part in record.relative_to(metadata).parts)
    try:
        return base64.urlsafe_b64decode(name).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _used(run, logs):
    """What a job used (dict), from the benchmark beside its log; empty where there is none."""
    for log in map(Path, logs):
        if row := benchmark_of(run / log.parent.parent, log.stem):
            return {name: float(row[name]) for name in USED if row.get(name) not in (None, "NA", "-")}
    return {}


def _job(rule, logs, kept, used):
    """Job of what is kept (dict) of each of its outputs."""
    inputs = dict.fromkeys(path for record in kept.values() for path in record["input"])
    start = min(record["starttime"] or record["endtime"] for record in kept.values())
    end = max(record["endtime"] for record in kept.values())
    return Job(rule, tuple(inputs), tuple(sorted(kept)), logs, start, end, used)


def series_jobs(run, series):
    """Jobs of a series that ended, in the order of their start.

    Parameters
    ----------
    run : path of the folder in which the workflow ran
    series : str, path of the results relative to it, such as results/demo

    Returns
    -------
    list of Job
        Only those whose outputs Snakemake still knows; of a job that ran several times, the last run.

    Raises
    ------
    InputError
        Where Snakemake kept nothing of them.
    """
    run, metadata, found = Path(run), Path(run, METADATA), {}
    for record in sorted(path for path in metadata.rglob("*") if path.is_file()):
        output = _output_of(record, metadata)
        if output is None or not output.startswith(f"{series}/"):
            continue
        try:
            kept = json.loads(record.read_text())
        except ValueError:  # a job was killed while it was written
            continue
        if kept.get("incomplete") or not kept.get("endtime"):
            continue
        found.setdefault((kept["rule"], tuple(kept["log"])), {})[output] = kept  # each job has a log of its own
    if not found:
        raise InputError(f"{metadata}: nothing is kept there of {series}; make the crate in the folder of its run")
    jobs = [_job(rule, logs, kept, _used(run, logs)) for (rule, logs), kept in found.items()]
    return sorted(jobs, key=lambda job: (job.start, job.outputs))
