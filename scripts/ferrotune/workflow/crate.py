"""make crate: the Workflow Run RO-Crate of a series, and its way back to a folder of results."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.files.stores import read_store
from ferrotune.workflow.checksums import KEPT, checksums
from ferrotune.workflow.config_files import KEPT as CONFIG
from ferrotune.workflow.progress import latest_series
from ferrotune.workflow.run_jobs import series_jobs
from ferrotune.workflow.segmentation_record import NAME, read_record

ROOT = Path(__file__).parents[3]
CODE = ("Snakefile", "rules", "scripts", "config", "envs", "LICENSE")
LEFT_OUT = ("descriptors", "halves", "films")  # folders of stores that are most of a run, and follow from the image
RESULTS = ("summary.tsv", "series.html")  # what a reader opens first
UNLICENSED = "No licence is stated; ask the authors"
OF_ANOTHER = r"^export_|_half$"  # in the names of rules that inherit the script of another
ENDING = ".crate.zip"


def left_out(path):
    """Whether a path lies in a folder of stores that a crate leaves out: descriptors, and images made of the image.

    Examples
    --------
    >>> left_out("results/demo/Sm_0/descriptors/patches.zarr"), left_out("results/demo/Sm_0/cells.zarr")
    (True, False)
    """
    return any(part in LEFT_OUT for part in Path(path).parts[:-1])


def _tool(rule):
    """File name of a rule's script, and what it does: the first line of its docstring."""
    script = f"{rule}.py"
    if not (ROOT / "scripts" / script).exists():
        script = f"{re.sub(OF_ANOTHER, '', rule)}.py"
    return script, (ROOT / "scripts" / script).read_text().partition('"""')[2].partition('"""')[0].splitlines()[0]


def _person(name, orcid):
    """Who ran the workflow: the name given, or that of git's settings; None where neither says."""
    if not name:
        try:
            asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
            name = asked.stdout.strip()
        except OSError:  # no git
            name = ""
    return (name, orcid) if name else None


def _choices(series, name, jobs):
    """Choices of the trials that are shown, and the records of their segmentations (list of dict)."""
    from ferrotune.exports.run_crate import Choice

    choices, records = [], []
    for job in jobs:
        if job.rule != "front":
            continue
        image, pipeline = Path(job.logs[0]).parts[-4:-2]
        folder = f"{name}/{image}/{pipeline}"
        records.append(read_record(Path(series, image, pipeline)))
        kept = read_store(Path(series, image, pipeline, "selected.zarr"), "label")[1]
        if kept["trial"] is not None:
            files = (f"{folder}/front.tsv", f"{folder}/selected.zarr")
            choices.append(Choice(image, pipeline, kept["trial"], kept["chosen_by"], *files, job.end))
    return choices, records


def _asked_for():
    """Names (set) of the packages that ferrotune asks for; all where it is not installed as a package."""
    try:
        return {line.partition(">")[0].lower() for line in requires("ferrotune") or () if "extra" not in line}
    except PackageNotFoundError:
        return None


def _run(series, code, person, license_text):
    """SeriesRun of the results of a series (Path)."""
    from ferrotune.exports.run_crate import SeriesRun

    folder, name = series.parents[1], f"{series.parent.name}/{series.name}"
    jobs = series_jobs(folder, name)
    choices, records = _choices(series, name, jobs)
    if not records:
        raise InputError(f"{series}: no segmentation is selected yet; let the run go to its end")
    config = [path for path in (f"{name}/{CONFIG}", f"{name}/images.tsv") if (folder / path).is_file()]
    results = [f"{name}/{path}" for path in RESULTS if (series / path).is_file()]
    paths = dict.fromkeys([path for job in jobs for path in (*job.inputs, *job.outputs, *job.logs)] + config + results)
    paths = [path for path in paths if (folder / path).exists()]
    digests = dict(zip(paths, checksums([folder / path for path in paths], folder / KEPT), strict=True))
    asked = _asked_for()
    known = records[-1]["packages"]
    return SeriesRun(
        name=series.name,
        folder=folder,
        code=code,
        jobs=jobs,
        choices=choices,
        digests=digests,
        left_out=left_out,
        config=config,
        results=results,
        machines=list({str(record["machine"]): record["machine"] for record in records}.values()),
        packages={p: version for p, version in known.items() if asked is None or p in asked or p == "ferrotune"},
        tools={job.rule: _tool(job.rule) for job in jobs},
        person=person,
        license=license_text,
    )


def write_crate(series, path=None, person=None, license_text=UNLICENSED):
    """Write the crate of a series.

    Parameters
    ----------
    series : path of the results of a finished series
    path : path of the zip to write, optional; by default beside the results, `results/<series>.crate.zip`
    person : (name, ORCID or None), optional, who ran the workflow and chose the trials that the config names
    license_text : str, the licence of the results

    Returns
    -------
    path : Path of the crate
    counts : dict, as of `ferrotune.exports.run_crate.make_crate`

    Raises
    ------
    InputError
        Where the series, or what Snakemake keeps of its jobs, is not there or not finished.
    """
    from ferrotune.exports.run_crate import make_crate

    series = Path(series).absolute()
    if not series.is_dir():
        raise InputError(f"{series}: no such folder; name the results of a series, such as results/demo")
    path = Path(path or series.with_name(f"{series.name}{ENDING}"))
    with tempfile.TemporaryDirectory() as scratch:
        for name in CODE:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(scratch, name), ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, scratch)
        return path, make_crate(_run(series, Path(scratch), person, license_text), path)


@contextmanager
def unpacked(crate):
    """Folder (Path) of the results in a crate: a zip, which is unpacked for a while, or a folder.

    Nothing of a crate is executed, and nothing is written outside the folder for a while.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(crate)
        if folder.is_file():
            try:
                with zipfile.ZipFile(folder) as archive:
                    names = [name for name in archive.namelist() if name.startswith("results/")]
                    archive.extractall(scratch, names)  # names that lead outside lose what leads there
            except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError) as error:
                raise InputError(f"{crate}: not a crate that can be read ({error}); make it again") from None
            folder = Path(scratch)
        found = sorted(path for path in folder.glob("results/*") if next(path.glob(f"*/*/{NAME}"), None))
        if len(found) != 1:
            raise InputError(f"{crate}: not the crate of a series; give what make crate wrote")
        yield found[0]


def main(arguments):
    """Read the command line, and write the crate."""
    parser = argparse.ArgumentParser(prog="make crate", description="Write the Workflow Run RO-Crate of a series.")
    parser.add_argument("series", nargs="?", help="folder of the results, such as results/demo; else the latest")
    parser.add_argument("--output", help="zip to write; else results/NAME.crate.zip")
    parser.add_argument("--by", help="who ran the workflow and chose; else the name in git's settings")
    parser.add_argument("--orcid", help="address of an ORCID record, such as https://orcid.org/0000-0002-1825-0097")
    parser.add_argument("--license", default=UNLICENSED, help="licence of the results")
    chosen = parser.parse_args(arguments)
    try:
        series = chosen.series or latest_series()
        person = _person(chosen.by, chosen.orcid)
        path, counts = write_crate(series, chosen.output, person, chosen.license)
    except InputError as error:
        sys.exit(f"ferrotune: {error}")
    size = path.stat().st_size / 1e6
    print(
        f"{path}: {counts['jobs']} jobs, {counts['files']} files and stores, {counts['choices']} choices, {size:.0f} MB"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
