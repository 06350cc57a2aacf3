"""cluster_hours: what a series of a thousand full-size images takes on a cluster, simulated from measured times.

The graph of jobs is Snakemake's own, of two images in the six pipelines of config.yaml with 100 trials in rounds of
10 each, repeated for each image. The CPU times are those of a full-size image (cluster_times.tsv); trials of a round
run side by side. Jobs start in the order of what follows them (list scheduling by the longest path); nodes of eight
cores are taken as one pool of cores. A job of the cluster takes START seconds until it works, and
Snakemake notices its end after NOTICED seconds; both are assumed. Queues of other users are not simulated.

Writes results/bench/cluster.tsv and cluster.png.
"""

import heapq
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from math import ceil
from pathlib import Path

import matplotlib
import pandas as pd
import yaml

from benchmarks.cluster_times import TABLE
from benchmarks.rows import Row
from helpers.case import Case

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "results" / "bench" / "cluster"
IMAGES, NODES, CORES = 1000, (1, 3, 10, 30, 100, 300, 1000), 8
SEARCH = {"trials": 100, "batch": 10, "startup": 20}
OURS = 4  # cores of a job of the cluster, as the profiles have it
START, NOTICED = 10.0, 10.0  # s
# CPU seconds of jobs that no finished run of a full-size image has: of docs/benchmarks.md. Other rules of the pipelines
# that are not measured take what they take for patch_gmm.
FURTHER = {("films", ""): 34, ("twins", "patch_gmm"): 15, ("twins", "cell_gmm"): 7, ("evaluate", "crvae"): 300}
FURTHER |= {("evaluate", "fft_svd"): 20, ("evaluate", "fft_nmf"): 40, ("evaluate", "fft_ica"): 20}
SIDE_BY_SIDE = {"evaluate": SEARCH["batch"]}  # parts of a job that run at the same time
OF_ALL_IMAGES = {"summary", "series_figure", "series_page"}


@dataclass
class Job:
    """A job: its rule, what it is of, and the numbers of the jobs that it waits for; cores, and seconds on them."""

    rule: str
    of: dict
    after: set
    cores: int = 1
    seconds: float = 0.0
    parts: list = field(default_factory=list)


def read_graph(dot):
    """Jobs (dict by number) that `snakemake --dag` prints; each has the wildcards in which those before it agree."""
    jobs = {}
    for number, label in re.findall(r'^\s*(\d+)\[label = "([^"]+)"', dot, re.MULTILINE):
        rule, *wildcards = label.split(r"\n")
        jobs[number] = Job(rule, dict(of.split(": ", 1) for of in wildcards), set())
    for before, number in re.findall(r"^\s*(\d+) -> (\d+)", dot, re.MULTILINE):
        jobs[number].after.add(before)
    for number in TopologicalSorter({number: job.after for number, job in jobs.items()}).static_order():
        job = jobs[number]
        for name in ("image", "pipeline"):
            found = {jobs[before].of.get(name) for before in job.after} - {None}
            if name not in job.of and len(found) == 1:
                job.of[name] = found.pop()
    return {number: job for number, job in jobs.items() if job.rule != "all"}


def grouped(jobs, groups):
    """Jobs of the cluster (dict by number): connected jobs of one group are one, with its `parts`."""
    leader = {number: number for number in jobs}

    def find(number):
        while leader[number] != number:
            number = leader[number]
        return number

    for number, job in jobs.items():
        for before in job.after & jobs.keys():
            if groups.get(job.rule) and groups.get(job.rule) == groups.get(jobs[before].rule):
                leader[find(number)] = find(before)
    found = {}
    for number, job in jobs.items():
        at = find(number)
        whole = found.setdefault(at, Job(groups.get(job.rule, job.rule), job.of, set()))
        whole.parts.append(number)
        whole.after |= {find(before) for before in job.after & jobs.keys()} - {at}
    return found


def _follows(jobs):
    """What waits for each job (dict of lists), and the seconds of the longest path from its start (dict)."""
    follows, ranks = {number: [] for number in jobs}, {}
    for number, job in jobs.items():
        for before in job.after:
            if before in follows:
                follows[before].append(number)
    order = list(TopologicalSorter({number: job.after for number, job in jobs.items()}).static_order())
    for number in reversed([number for number in order if number in jobs]):
        ranks[number] = jobs[number].seconds + max((ranks[then] for then in follows[number]), default=0.0)
    return follows, ranks


def _scheduled(jobs, follows, ranks, cores):
    """Seconds until all jobs have ended on so many cores; a job starts as soon as those of longer paths have cores."""
    waits = {number: 0 for number in jobs}
    for later in follows.values():
        for number in later:
            waits[number] += 1
    ready = [(-ranks[number], number) for number in jobs if not waits[number]]
    heapq.heapify(ready)
    running, free, now = [], cores, 0.0
    while ready or running:
        while ready and min(jobs[ready[0][1]].cores, cores) <= free:
            number = heapq.heappop(ready)[1]
            taken = min(jobs[number].cores, cores)
            free -= taken
            heapq.heappush(running, (now + jobs[number].seconds, number, taken))
        now, number, taken = heapq.heappop(running)
        free += taken
        for then in follows[number]:
            waits[then] -= 1
            if not waits[then]:
                heapq.heappush(ready, (-ranks[then], then))
    return now


def makespans(jobs, pools):
    """Seconds (list) until all jobs have ended on each number of cores, and the seconds of the longest path."""
    follows, ranks = _follows(jobs)
    return [_scheduled(jobs, follows, ranks, cores) for cores in pools], max(ranks.values(), default=0.0)


def cpu_seconds():
    """CPU seconds (dict) by rule and what it is of, for a full-size image; of a job of the series, for each image."""
    table = pd.read_csv(TABLE, sep="\t", keep_default_na=False)
    found = {}
    for row in table.sort_values("megapixels").itertuples():
        if row.rule in OF_ALL_IMAGES and row.images == 1:
            continue  # the start of Python, not what grows with the series
        if row.images > 1 or row.megapixels == table["megapixels"].max():
            share = SEARCH["batch"] / int(row.trials) if row.trials != "" else 1 / row.images
            found[row.rule, row.of] = row.cpu_seconds * share
    return found | FURTHER


def timed(jobs, cpu, images, cores):
    """The jobs with cores and seconds, on nodes of which each job may have so many cores."""
    for job in jobs.values():
        of = job.of.get("descriptor") or job.of.get("pipeline", "")
        parts = SIDE_BY_SIDE.get(job.rule, 1)
        if job.rule == "transfer":  # every setting on every image; an application takes as long as a trial
            trials = images * images * cpu["evaluate", of] / SEARCH["batch"]
            job.cores, job.seconds = cores, trials / cores
            continue
        whole = cpu.get((job.rule, of), cpu.get((job.rule, "patch_gmm"), cpu.get((job.rule, ""), 2.0)))
        job.cores = min(parts, cores)
        job.seconds = whole * (images if job.rule in OF_ALL_IMAGES else 1) / parts * ceil(parts / job.cores)
    return jobs


def submitted(jobs, groups, cores):
    """Jobs of the cluster, timed: what is in a group runs on the cores of its job."""
    found = grouped(jobs, groups)
    for job in found.values():
        parts = {number: jobs[number] for number in job.parts}
        job.cores = min(cores, max(part.cores for part in parts.values()))
        job.seconds = START + NOTICED + makespans(parts, [job.cores])[0][0]
    return found


def repeated(jobs, images, image):
    """The jobs of a series of so many images, each like one image of a graph of two."""
    own = {number: job for number, job in jobs.items() if job.of.get("image") == image}
    series = {number: job for number, job in jobs.items() if "image" not in job.of}
    found = {}
    for copy in range(images):
        for number, job in own.items():
            after = {(before, copy) for before in job.after if before in own}
            found[number, copy] = Job(job.rule, job.of, after, job.cores, job.seconds)
    for number, job in series.items():
        after = {(before, copy) for before in job.after if before in own for copy in range(images)}
        after |= {(before, -1) for before in job.after if before in series}
        found[number, -1] = Job(job.rule, job.of, after, job.cores, job.seconds)
    return found


def graph_of_two():
    """Jobs of two images in six pipelines, of the workflow as it is."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    pipelines = {name: pipeline | {"search": SEARCH} for name, pipeline in pipelines.items()}
    case = Case(FOLDER, rows="a\t0\tsimulated\t\t\t\nb\t7\tsimulated\t\t\t\n")
    case.write({"series": "tiny", "images": "images.tsv", "pipelines": pipelines, "search": SEARCH})
    dot = subprocess.run(case.command("--dag"), cwd=FOLDER, capture_output=True, text=True, check=True).stdout
    return read_graph(dot)


def simulated(jobs, groups, cores, images, with_transfer):
    """Row (dict) for each number of nodes."""
    kept = {number: job for number, job in jobs.items() if with_transfer or job.rule != "transfer"}
    cluster = repeated(submitted(timed(kept, cpu_seconds(), images, cores), groups, cores), images, "a")
    used = sum(job.seconds * job.cores for job in cluster.values()) / 3600
    found, longest = makespans(cluster, [nodes * CORES for nodes in NODES])
    same = {"grouped": bool(groups), "cores": cores, "transfer": with_transfer, "images": images, "jobs": len(cluster)}
    same |= {"core_hours": used, "longest_path_hours": longest / 3600}
    return [same | {"nodes": nodes, "hours": seconds / 3600} for nodes, seconds in zip(NODES, found, strict=True)]


def _draw(table, path):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5.2, 3.6), layout="constrained")
    for (grouped_, cores, transfer), rows in table.groupby(["grouped", "cores", "transfer"], sort=False):
        jobs = f"groups, {cores} cores" if grouped_ else f"a job for each rule, {cores} cores"
        label = f"{jobs}{', transfer' if transfer else ''} ({rows['jobs'].iloc[0]:,} jobs)"
        axes.plot(rows["nodes"], rows["hours"], marker="o", markersize=3, label=label)
    axes.set(xscale="log", yscale="log", xlabel="nodes of 8 cores", ylabel="hours")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(path, dpi=200)
    plt.close(figure)


def measure():
    """Rows: hours of 1,000 images on 10 and 1,000 nodes; the other cases are in the table and the figure."""
    jobs = graph_of_two()
    groups = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())["groups"]
    cases = [(groups, 4, True), ({}, 4, False), (groups, 8, False), (groups, 4, False), (groups, 2, False)]
    table = pd.DataFrame([row for case in cases for row in simulated(jobs, case[0], case[1], IMAGES, case[2])])
    table.to_csv(FOLDER / "cluster.tsv", sep="\t", index=False, float_format="%.4g")
    _draw(table, FOLDER / "cluster.png")
    ours = table[table["grouped"] & (table["cores"] == OURS) & ~table["transfer"]].set_index("nodes")
    hours, longest = ours["hours"], ours["longest_path_hours"]
    return [
        Row("cluster_hours", hours[10], "h on 10 nodes", "longest path", longest[10]),
        Row("cluster_hours[1000 nodes]", hours[1000], "h", "longest path", longest[1000]),
        Row("cluster_hours[jobs]", float(ours.loc[10, "jobs"]), "jobs"),
    ]
