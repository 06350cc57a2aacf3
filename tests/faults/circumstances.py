"""What else goes wrong around a run: two at once, clocks, coarse times, an edited module, a killed worker."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from faults.outcome import Fault
from faults.processes import jobs_in, working_in
from faults.series import TinySeries, contents, differences, said_to_user
from helpers.case import ROOT

DAY = 86400


# These say which code made a segmentation, and so differ where it was edited.
RECORDS_OF_CODE = ("stripes/patch_gmm/provenance.json", "stripes/patch_gmm/selected.zarr/zarr.json")


def _compared(fault, series, reference, apart=()):
    fault.runs += 1
    fault.lost += [name for name in differences(contents(series.results()), reference) if name not in apart]
    return fault


def _nothing_to_do(series):
    return "Nothing to be done" in series.done("-n")[1]


def _until(held, process, seconds=300):
    """Wait until something holds, or the process has ended."""
    deadline = time.monotonic() + seconds
    while not held() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return held()


def two_runs_at_once(series, reference):
    """A second run in the folder of a run ends at once, and changes nothing of it."""
    fault = Fault(
        "a second run in the same folder", "Snakemake says that the folder is locked, and ends; the first run goes on"
    )
    series.again()
    process = series.start()
    fault.check(_until(series.is_locked, process), "no lock")
    for options in ([], ["--config", "search={seed: 5}"]):
        status, said = _second(series, options)
        fault.tried += 1
        fault.check(status != 0 and "cannot be locked" in said, said)
    status, said = series.finish(process)
    fault.check(status == 0, said)
    return _compared(fault, series, reference)


def _second(series, options):
    """Exit status and output of a second run beside the first."""
    command = series.command("all", *options)
    ended = subprocess.run(command, cwd=series.folder, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def _files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file() or path.suffix == ".zarr"]


def _moved(path, seconds):
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + int(seconds * 1e9)))


def clock_set_back(finished, reference, folder):
    """What was made after the columns is dated a day before them: the clock was set back in mid-run."""
    fault = Fault(
        "the clock set back by a day in mid-run", "the next run makes again what is dated before its input, once"
    )
    series = finished.copy(folder)
    when = series.results("stripes", "columns.zarr", ".snakemake_timestamp").stat().st_mtime
    for path in _files(series.results()):
        if path.stat().st_mtime >= when:
            _moved(path, -DAY)
    fault.tried += 1
    status, said = series.mended()
    fault.check(status == 0, said)
    fault.check(_nothing_to_do(series), "a second run had something to do")
    return _compared(fault, series, reference)


def clock_ahead(finished, reference, folder):
    """The image was made while the clock was a day ahead: what follows from it seems older, until that day."""
    fault = Fault(
        "files dated a day in the future: the clock was ahead",
        "Snakemake stops and says `clock skew`; after `touch` of these files what follows is made again",
    )
    series = finished.copy(folder)
    ahead = [*_files(series.results("stripes", "source")), *_files(series.results("stripes", "image.zarr"))]
    for path in ahead:
        _moved(path, DAY)
    fault.tried += 1
    status, said = series.done()
    fault.check(status != 0 and "clock skew" in said, said)
    for path in ahead:
        os.utime(path)
    status, said = series.mended()
    fault.check(status == 0 and _nothing_to_do(series), said)
    return _compared(fault, series, reference)


def coarse_times(finished, reference, folder):
    """Dates of whole two seconds, as FAT keeps them."""
    fault = Fault("a file system with dates to two seconds", "nothing: a second run has nothing to do")
    series = finished.copy(folder)
    for path in [*_files(series.results()), series.folder / "images.tsv", series.folder / "case.yaml"]:
        found = path.stat()
        os.utime(path, (found.st_atime, found.st_mtime // 2 * 2))
    fault.tried += 1
    fault.check(_nothing_to_do(series), "there was something to do")
    return _compared(fault, series, reference)


class EditedProject(TinySeries):
    """The tiny series with a copy of the project, whose modules may be edited."""

    def __init__(self, folder, **changes):
        super().__init__(folder, **changes)
        self.project = folder / "project"
        for name in ("rules", "scripts", "config", "envs", "profiles"):
            shutil.copytree(ROOT / name, self.project / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "Snakefile", self.project / "Snakefile")

    def command(self, *options, cores=2):
        words = super().command(*options, cores=cores)
        words[words.index("-s") + 1] = str(self.project / "Snakefile")
        return words

    def start(self, *options, cores=1, environment=None):
        places = {"PYTHONPATH": str(self.project / "scripts")}
        return super().start(*options, cores=cores, environment=places | (environment or {}))


def module_edited(folder, reference):
    """A module is edited in mid-run, so that some jobs ran with the old code and some with the new."""
    fault = Fault("a module edited in mid-run", "the next run makes again all results of rules that import the module")
    series = EditedProject(folder)
    process = series.start()
    cells = series.results("stripes", "cells.zarr", "zarr.json")
    fault.check(_until(cells.is_file, process), "no unit cells")
    module = series.project / "scripts" / "ferrotune" / "cells" / "unit_cells.py"
    module.write_text(module.read_text() + "\n# edited in mid-run\n")
    fault.tried += 1
    status, said = series.finish(process)
    fault.check(status == 0, said)
    fault.check("cells" in series.done("-n")[1] and not _nothing_to_do(series), "the edit was not noticed")
    status, said = series.mended()
    fault.check(status == 0 and _nothing_to_do(series), said)
    return _compared(fault, series, reference, RECORDS_OF_CODE)


def process_of_a_round_killed(folder, seed, kills):
    """SIGKILL to one of the processes among which a round divides its trials: it is no failed trial."""
    rng = random.Random(seed)
    fault = Fault(
        "SIGKILL to a process of a round's trials (`--retries 20`)",
        "one line that names memory; the round is done again",
    )
    search = {"search": {"trials": 4, "batch": 2, "startup": 2}}
    folder.mkdir()
    series, other = TinySeries(folder / "killed", **search), TinySeries(folder / "whole", **search)
    target = "results/tiny/stripes/patch_gmm/trials.tsv"
    status, said = other.done(target, cores=2)
    fault.check(status == 0, said)
    process = series.start("--retries", "20", target, cores=2)
    while process.poll() is None:
        time.sleep(rng.uniform(0.05, 0.3))
        if fault.tried < kills and (workers := _workers(series.folder)):
            os.kill(rng.choice(workers), signal.SIGKILL)
            fault.tried += 1
            time.sleep(3)
    status, said = series.finish(process)
    fault.check(status == 0, said)
    errors, traceback = said_to_user(said)
    fault.check(fault.tried == 0 or any("ended from outside" in line for line in errors), said)
    fault.check(not traceback, said)
    return _compared(fault, series, contents(other.results()))


def _workers(folder):
    """Processes of loky that work for the evaluation of a round, without the one that counts their resources."""
    evaluating = {process for rule, process in jobs_in(folder) if rule == "evaluate"}
    found = [p for p in working_in(folder) if _parent(p) in evaluating]
    return [p for p in found if "loky" in _command(p) and "resource_tracker" not in _command(p)]


def _command(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _parent(process):
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
