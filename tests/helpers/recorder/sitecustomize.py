"""Every Python process of a recorded run starts with this file: it records which modules of ferrotune a job loads.

In the process of Snakemake it records the files of each digest; in a job, and in the processes that a job starts, the
modules that are loaded. The folder RECORDED holds one file of lines for each digest and each job.
"""

import os
import sys
from pathlib import Path

FOLDER = Path(os.environ["RECORDED"])


def add(name, line):
    with (FOLDER / name).open("a") as file:
        file.write(f"{line}\n")


class Recorder:
    """A finder of modules that finds none, and records which ones are asked for."""

    def find_spec(self, name, path=None, target=None):
        if not name.startswith("ferrotune."):
            return
        if "RECORDED_JOB" not in os.environ and (job := getattr(sys.modules["__main__"], "snakemake", None)):
            os.environ["RECORDED_JOB"] = f"{job.rule}.{job.params.code}"  # processes that the job starts inherit it
        if "RECORDED_JOB" in os.environ:
            add(f"{os.environ['RECORDED_JOB']}.loaded", name)


def record_digests():
    """Record the files of each digest when the workflow asks for the digest."""
    from ferrotune.workflow import provenance

    digest = provenance.code_digest

    def recorded(script, *modules):
        found = digest(script, *modules)
        for file in provenance.code_files(script, *modules):
            add(f"{found}.files", Path(file).relative_to(provenance.FOLDER))
        return found

    provenance.code_digest = recorded


if "snakemake" in sys.orig_argv[:4] and "RECORDED_JOB" not in os.environ:
    record_digests()
sys.meta_path.insert(0, Recorder())
