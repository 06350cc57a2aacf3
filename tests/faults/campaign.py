"""make faults: kills, full and failing disks, damaged stores and other mishaps of a tiny series, and what is lost.

Writes results/faults/faults.tsv (a row for each kind of fault) and schedules.txt, by which a campaign can be followed;
prints the table of docs/faults.md. ONLY="kills disk" tries these only; SEED=7 draws other schedules (0 by default).
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from faults import circumstances, damages, disk, injection, kills
from faults.series import TinySeries, contents, differences

OUTPUT = Path(__file__).parents[2] / "results" / "faults"
HEAD = ("fault", "times tried", "data lost", "what the user sees")
SIZES = ("1m", "3m", "5m", "8m", "200m")  # of the small disk; a whole run needs some ten megabytes
DAMAGED = (
    ("stripes/columns.zarr", "yx", "cut chunk", "stripes/cells.zarr"),
    ("stripes/descriptors/patches.zarr", "patches", "flipped bit", "stripes/patch_gmm/rounds/001.zarr"),
    ("stripes/patch_gmm/rounds/000.zarr", "labels", "lost chunk", "stripes/patch_gmm/selected.zarr"),
    ("stripes/cells.zarr", "polarization", "lost metadata of array", "stripes/patch_gmm/walls.tsv"),
)


class Campaign:
    """The undisturbed run, and the faults of each group, in a folder."""

    def __init__(self, folder, seed):
        self.folder, self.seed = folder, seed
        self.library = injection.compiled(folder)
        self.finished = TinySeries(folder / "finished")
        self.injection = self.of(self.finished, "counting")
        began = time.monotonic()
        status, said = self.finished.done(environment=self.injection.environment())
        self.seconds = time.monotonic() - began
        assert status == 0, said[-4000:]
        self.reference = contents(self.finished.results())

    def of(self, series, name):
        """Injection into a series; its plans are in a folder of this name."""
        return injection.Injection(self.library, series.folder, self.folder / name)

    def series(self, name):
        """A new tiny series in a folder of its own, and the injection into it, with what was counted."""
        series = TinySeries(self.folder / name)
        own = self.of(series, f"{name}.faults")
        shutil.copy(self.injection.counted, own.counted)
        return series, own

    def undisturbed(self):
        """Names of files (list of str) in which another undisturbed run, on two cores, differs."""
        series = TinySeries(self.folder / "second")
        status, said = series.done(cores=2)
        assert status == 0, said[-4000:]
        return differences(contents(series.results()), self.reference)

    def kills(self):
        """Of jobs and of Snakemake."""
        series, faults = self.series("kills")
        yield kills.jobs_killed_at_writes(series, self.reference, faults, self.seed, runs=2)
        yield kills.jobs_killed_at_moments(series, self.reference, self.seed, kills=25)
        yield kills.snakemake_killed_at_writes(series, self.reference, faults, self.seed, kills=20)
        longest = 0.4 * self.seconds  # the start of Snakemake and some jobs; each run goes on where the last one ended
        yield kills.snakemake_interrupted_at_moments(series, self.reference, self.seed, kills=30, longest=longest)
        yield circumstances.process_of_a_round_killed(self.folder / "round", self.seed, kills=4)

    def disk(self):
        """Full, failing and read-only."""
        series, faults = self.series("disk")
        yield disk.writes_of_jobs_failing(series, self.reference, faults, self.seed, runs=2)
        yield disk.writes_of_snakemake_failing(series, self.reference, faults, self.seed, faults=20)
        if disk.can_mount():
            yield disk.disk_full(series, self.reference, SIZES)
            yield disk.read_only(self.finished, self.reference, self.folder / "read_only")

    def stores(self):
        """Damaged."""
        scratch = self.folder / "damaged"
        scratch.mkdir()
        yield damages.every_damage_noticed(self.finished, scratch)
        yield damages.damage_ends_a_run_in_one_line(self.finished, self.reference, self.folder / "in_a_run", DAMAGED)

    def circumstances(self):
        """Two runs, clocks, coarse times, an edited module."""
        series, _ = self.series("two")
        yield circumstances.two_runs_at_once(series, self.reference)
        yield circumstances.clock_set_back(self.finished, self.reference, self.folder / "back")
        yield circumstances.clock_ahead(self.finished, self.reference, self.folder / "ahead")
        yield circumstances.coarse_times(self.finished, self.reference, self.folder / "coarse")
        yield circumstances.module_edited(self.folder / "edited", self.reference)


GROUPS = ("kills", "disk", "stores", "circumstances")


def _write(rows, schedules):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(row) for row in (HEAD, *rows)]
    (OUTPUT / "faults.tsv").write_text("\n".join(lines) + "\n")
    (OUTPUT / "schedules.txt").write_text("".join(schedules))


def main(only, seed):
    """Try the groups of faults; exit status 1 where data were lost or something was not as it should be."""
    if reason := injection.missing():
        raise SystemExit(f"faults: {reason}")
    rows, schedules, bad = [], [], False
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), seed)
        print(f"faults: an undisturbed run took {campaign.seconds:.0f} s; seed {seed}", flush=True)
        differing = campaign.undisturbed()
        print(f"faults: a second one, on two cores, differs in {len(differing)} files {differing}", flush=True)
        for group in only or GROUPS:
            for fault in getattr(campaign, group)():
                rows.append(fault.row())
                schedules += [f"{fault.name}, seed {seed}\n", *(f"  {one}\n" for one in fault.schedules)]
                bad = bad or bool(fault.lost or fault.failures)
                print(f"| {' | '.join(fault.row())} |  {sorted(set(fault.lost))[:10]}", flush=True)
                _write(rows, schedules)
    sys.exit(bad or bool(differing))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("only", nargs="*", help=f"of {', '.join(GROUPS)}")
    arguments.add_argument("--seed", type=int, default=0)
    main(**vars(arguments.parse_args()))
