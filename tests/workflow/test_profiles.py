"""Profiles of clusters: few jobs for many trials, and what each asks for."""

import re
from pathlib import Path

import yaml

from helpers.cluster_jobs import counted

ROOT = Path(__file__).parents[2]
PROFILES = {
    name: yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
    for name in ("slurm", "cluster-generic")
}
SEARCH = {"trials": 100, "batch": 10, "startup": 20}


def dry_run(case, profile, *options):
    """What a dry run of a case with a profile prints."""
    found = case.run("-n", "--profile", str(ROOT / "profiles" / profile), *options, cores=8)
    assert found.returncode == 0, found.stdout[-2000:]
    return found.stdout


def test_the_record_in_six_pipelines_is_fewer_than_1500_jobs_of_a_cluster(new_case):
    """Counted with two images; the further ones of fourteen add as much as these, and no job of the series."""
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    pipelines = {name: pipeline | {"search": SEARCH} for name, pipeline in pipelines.items()}
    case = new_case()
    config = yaml.safe_load((case.folder / "case.yaml").read_text())
    case.write(config | {"pipelines": pipelines, "search": SEARCH})
    jobs, submitted = counted(dry_run(case, "slurm"), PROFILES["slurm"]["groups"])
    assert (
        submitted == 2 * (1 + 6 + 1) + 5 + 1
    )  # an image, its searches, its page; transfers (not of crvae), the series
    of_series = 5 + 5  # transfers; summary, its figure, its page, the sheet, all
    assert jobs > 300 and 14 * (jobs - of_series) // 2 > 2000
    assert 14 * (submitted - 6) // 2 + 6 == 118 < 1500


def test_both_profiles_group_the_same_rules_and_all_of_them_exist():
    slurm, generic = PROFILES.values()
    assert slurm["groups"] == generic["groups"] and slurm["group-components"] == generic["group-components"]
    text = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    assert slurm["groups"].keys() <= set(re.findall(r"^(?:rule|checkpoint|use rule \w+ as) (\w+)", text, re.MULTILINE))


def test_any_command_that_submits_a_script_is_told_what_the_job_needs(new_case):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    submit = case.folder / "submit.sh"
    submit.write_text('#!/bin/sh\necho "$1 $2 $3" >> asked\nsh "$4" > job.log 2>&1 &\necho 17\n')
    submit.chmod(0o755)
    asked = f"{submit} {{threads}} {{resources.mem_mb}} {{resources.runtime}}"
    options = ("--profile", str(ROOT / "profiles" / "cluster-generic"), "--cluster-generic-submit-cmd", asked)
    found = case.run(*options, "results/tiny/stripes/cells.zarr")
    assert found.returncode == 0, found.stdout[-2000:]
    ((threads, mb, minutes),) = (line.split() for line in (case.folder / "asked").read_text().splitlines())
    assert int(threads) == 2 and 500 < int(mb) < 1000 and int(minutes) > 4  # one job: an image to its unit cells


def test_a_search_that_ends_by_itself_is_planned_with_the_groups_that_the_docs_name(new_case):
    groups = ("suggest=search", "evaluate=search", "standstill=search")
    assert f"--groups {' '.join(groups)}`" in (ROOT / "docs" / "cluster.md").read_text()
    search = {"trials": "auto", "batch": 2, "startup": 2}
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n", search=search)
    said = dry_run(case, "slurm", "--groups", *groups)
    assert "Group job search" in said and re.search(r"^standstill +1$", said, re.MULTILINE)
