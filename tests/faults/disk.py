"""Disks that are full, that fail, or that cannot be written."""

import os
import random
import subprocess

from faults.outcome import Fault
from faults.series import as_json, contents, differences, said_to_user

WORDS = {"ENOSPC": "No space left on device", "EIO": "Input/output error"}


def writes_of_jobs_failing(series, reference, injection, seed, runs):
    """ENOSPC or EIO at one write of each rule's job; each job says so in one line, and its second attempt succeeds."""
    rng, counts = random.Random(seed), injection.counts()
    fault = Fault("ENOSPC or EIO at one write of a job (`--retries 1`)", "one line: what is wrong, where, what to do")
    for _ in range(runs):
        series.again()
        plan = {
            rule: (rng.randrange(count), rng.choice(list(WORDS)))
            for rule, count in sorted(counts.items())
            if rule != "main"
        }
        fault.schedule(plan)
        before = len(injection.happened())
        injection.plan(plan)
        status, said = series.done("--retries", "1", environment=injection.environment())
        done = injection.happened()[before:]
        fault.tried += len(done)
        fault.check(status == 0, said)
        errors, traceback = said_to_user(said)
        fault.check(not traceback, said)
        fault.check(all(any(words in line for words in WORDS.values()) for line in errors), as_json(errors))
        of_log = sum("/logs/" in path for *_, path in done)  # a job whose log cannot be written goes on
        fault.check(len(errors) >= len({rule for rule, *_ in done}) - of_log - 2, as_json([errors, done]))
        fault.runs += 1
        fault.lost += differences(contents(series.results()), reference)
    return fault


def writes_of_snakemake_failing(series, reference, injection, seed, faults):
    """ENOSPC or EIO at one of Snakemake's own writes, in its folder and in the results."""
    rng = random.Random(seed)
    fault = Fault(
        "ENOSPC or EIO at one of Snakemake's own writes",
        "Snakemake ends with its own message, sometimes a traceback; make room, unlock where it asks, and run again",
    )
    series.again()
    hung = 0
    while fault.tried < faults:
        plan = {"main": (rng.randrange(80), rng.choice(list(WORDS)))}
        fault.schedule(plan)
        before = len(injection.happened())
        injection.plan(plan)
        status, said = series.mended(environment=injection.environment())
        if len(injection.happened()) == before:
            fault.check(status == 0, said)
            fault.runs += 1
            fault.lost += differences(contents(series.results()), reference)
            series.again()
            continue
        fault.tried += 1
        hung += status is None
        fault.schedule({"status": status, "traceback": said_to_user(said)[1], "said": said[-600:]})
    status, said = series.mended()
    fault.check(status == 0, said)
    fault.runs += 1
    fault.lost += differences(contents(series.results()), reference)
    fault.seen += f"; {hung} of them hung until they were killed" if hung else ""
    return fault


class SmallDisk:
    """A file system in memory (tmpfs) of some size at a folder; root only."""

    def __init__(self, folder, size):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._mount(f"size={size}")

    def _mount(self, options, *more):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, *more, "tmpfs", str(self.folder)], check=True)

    def remount(self, options):
        """Give it another size (`size=9m`), or make it read-only (`ro`) or writable (`rw`)."""
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


def can_mount():
    """Whether a file system can be mounted here: root, and allowed to."""
    return os.name == "posix" and os.geteuid() == 0 and not subprocess.run(["true"]).returncode


def disk_full(series, reference, sizes):
    """The disk of the results is full; it is made larger again and again until the run ends."""
    fault = Fault(
        "the disk of the results is full (tmpfs)", "one line for each job that found it full; make room, run again"
    )
    series.again()
    with SmallDisk(series.folder / "results", sizes[0]) as disk:
        for size in sizes:
            disk.remount(f"size={size}")
            status, said = series.mended()
            if status == 0:
                break
            fault.tried += 1
            errors, traceback = said_to_user(said)
            fault.schedule({"size": size, "said": errors})
            fault.check(any("No space left" in line for line in errors) and not traceback, said)
        fault.check(status == 0, said)
        fault.runs += 1
        fault.lost += differences(contents(series.results()), reference)
    return fault


def read_only(finished, reference, folder):
    """The results cannot be written: a run that has something to do says so before it starts."""
    fault = Fault("results that cannot be written (read-only)", "one line before anything is run")
    series = finished.copy(folder)
    kept = folder / "kept"
    (folder / "results").rename(kept)
    with SmallDisk(folder / "results", "200m") as disk:
        subprocess.run(["cp", "-a", f"{kept}/.", str(folder / "results")], check=True)
        (series.results("summary.tsv")).unlink()
        disk.remount("ro")
        status, said = series.done()
        errors = [line for line in said.splitlines() if "ferrotune: " in line]
        fault.tried += 1
        fault.check(status != 0 and len(errors) == 1 and "cannot be written" in errors[0], said)
        fault.check("Traceback" not in said, said)
        disk.remount("rw")
        status, said = series.mended()
        fault.check(status == 0, said)
        fault.runs += 1
        fault.lost += differences(contents(series.results()), reference)
    return fault
