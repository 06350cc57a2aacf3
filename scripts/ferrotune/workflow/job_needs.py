"""What a job needs of a node of a cluster: memory and time, by the sizes of its image and of its descriptor's windows.

Snakemake asks for the resources `mem_mb` and `runtime` of every job, at every attempt. On one machine nothing depends
on them, unless the memory is limited: `--resources mem_mb=16000`.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil

from ferrotune.pipelines.pipeline import members_of
from ferrotune.workflow.image_sizes import megapixels


@dataclass(frozen=True)
class Need:
    """Memory and CPU time of a job, or of one trial of a job: parts that are constant, and parts that grow.

    Attributes
    ----------
    mb, seconds : float, whatever the image
    mb_per_megapixel, seconds_per_megapixel : float, for each megapixel of the image
    stacks : float, how many stacks (`stack_mb_per_megapixel`) it holds
    process_mb : float, memory of each process of a job that evaluates as many trials at a time as it has threads;
        each of them holds what grows with the image. 0: the job is one process
    """

    mb: float
    mb_per_megapixel: float
    seconds: float
    seconds_per_megapixel: float
    stacks: float = 0.0
    process_mb: float = 0.0


# Fitted to benchmark files of finished runs; docs/cluster.md says which. After a dot: for the reduction `rvae`, and for
# mixtures of raw patches (`rank: [null]`).
NEEDS = {
    "import_image": Need(210, 66, 2, 0.8),
    "column_search": Need(300, 66, 3, 3),
    "columns": Need(400, 62, 6, 1.1),
    "halve": Need(210, 66, 2, 0.8),
    "describe": Need(200, 25, 2, 1.3, stacks=1.4),
    "evaluate": Need(150, 7, 3, 0.2, stacks=0.6, process_mb=150),
    "evaluate.raw": Need(150, 10, 3, 0.5, stacks=3.3, process_mb=150),
    "evaluate.rvae": Need(400, 20, 3, 2, stacks=1, process_mb=300),
    "front": Need(270, 5, 4, 0.2, stacks=0.3),
    "front.rvae": Need(530, 10, 6, 0.5, stacks=1),
    "films": Need(410, 66, 8, 2.5),
    "twins": Need(410, 66, 8, 3, stacks=1.4),
    "twins.rvae": Need(710, 66, 12, 10, stacks=1.4),
    "components": Need(320, 5, 5, 0.3, stacks=0.3),
    "components.rvae": Need(520, 20, 6, 0.3, stacks=1),
    "latents": Need(1000, 40, 10, 0.6, stacks=1),
    "transfer": Need(150, 7, 3, 0.2, stacks=0.6, process_mb=350),
    "transfer.raw": Need(150, 10, 3, 0.5, stacks=3.3, process_mb=350),
}
OTHERS = Need(450, 20, 8, 0.2)

# Ours. A node may be slower than ours and share its file system with others; a job that needs more gets it when it is
# tried again.
MEMORY_MARGIN, TIME_MARGIN = 1.3, 4.0
START_SECONDS = 30.0  # until Python has its libraries from a shared file system, and the node knows its job
BYTES = 4  # of a number of a stack


def _windows(member):
    """Unit cells in the largest window of a pipeline (ferrotune.pipelines.pipeline.Pipeline), of all sublattices."""
    if not {"w1", "w2"} <= set(member.space.names):
        return 0.0
    sides = [max(member.space.values(side)) for side in ("w1", "w2")]
    return sides[0] * sides[1] * (2 if member.descriptor == "patches_ab" else 1)


def stack_mb_per_megapixel(entry):
    """Size of the windows around all sites of an image, MB for each megapixel, of one setting.

    Windows of w1 x w2 unit cells around the column of every cell hold each pixel w1 w2 times, whatever the sampling.

    Parameters
    ----------
    entry : dict, a pipeline of the config or a choice among several, of which it is the largest

    Examples
    --------
    >>> space = {"flatten": [1], "denoise": ["none"], "w1": [1, 2.5], "w2": [2], "rank": [4]}
    >>> space |= {"components": [2], "covariance": ["full"], "field": [0]}
    >>> pipeline = {"descriptor": "patches", "reduction": "pca", "clustering": "gmm_field", "space": space}
    >>> stack_mb_per_megapixel(pipeline)
    20.0
    """
    return BYTES * max(map(_windows, members_of(entry).values()))


def _kinds(entry):
    """What of a pipeline may have needs of its own (set of str): its reductions, and `raw` for raw patches."""
    members = members_of(entry).values()
    raw = any("rank" in of.space.names and None in of.space.values("rank") for of in members)
    return {of.reduction for of in members} | ({"raw"} if raw else set())


class JobNeeds:
    """Memory and time of the jobs of a run, as functions that Snakemake calls.

    Parameters
    ----------
    case : ferrotune.workflow.case.Case
    results : path of the results of the series
    """

    def __init__(self, case, results):
        self.case = case
        self._size = cache(lambda image: megapixels(image, case.images[image], case.config["simulation"], results))
        self._stack = cache(lambda pipeline: stack_mb_per_megapixel(case.entry(pipeline)))
        self._kinds = cache(lambda pipeline: _kinds(case.entry(pipeline)))

    def _sizes(self, wildcards):
        """Megapixels (list) of the images that a job works on: its own, or all of the series."""
        image = wildcards.get("image")
        return [self._size(name) for name in ([image] if image else self.case.images)]

    def _pipelines(self, wildcards):
        """Pipelines (list) whose stacks a job holds: its own, or those that use its descriptor."""
        pipeline, descriptor = wildcards.get("pipeline"), wildcards.get("descriptor")
        entries = self.case.config["pipelines"]
        if descriptor:
            return [name for name in entries if entries[name].get("descriptor") == descriptor]
        return [pipeline] if pipeline else []

    def _need(self, wildcards, rule):
        rule = rule.removesuffix("_half")
        own = {f"{rule}.{of}" for name in self._pipelines(wildcards) for of in self._kinds(name)}
        found = [NEEDS[kind] for kind in own if kind in NEEDS]
        return max(found, key=lambda need: need.mb) if found else NEEDS.get(rule, OTHERS)

    def mem_mb(self, wildcards, attempt, threads, rulename):
        """Memory (MB, int) of a job; Snakemake gives the arguments."""
        need, size = self._need(wildcards, rulename), max(self._sizes(wildcards))
        stack = size * max(map(self._stack, self._pipelines(wildcards)), default=0.0)
        processes = threads if need.process_mb else 1
        fitted = need.mb + processes * (need.process_mb + need.mb_per_megapixel * size + need.stacks * stack)
        return ceil(MEMORY_MARGIN * fitted / 100) * 100 * 2 ** (attempt - 1)

    def runtime(self, wildcards, attempt, rulename):
        """Time (minutes, int) of a job, counted on one core; Snakemake gives the arguments."""
        need, sizes, times = self._need(wildcards, rulename), self._sizes(wildcards), 1
        if rulename == "evaluate":
            times = self.case.searches[wildcards["pipeline"]]["batch"]
        if rulename == "transfer":
            times = len(self.case.images)
        seconds = START_SECONDS + need.seconds + times * need.seconds_per_megapixel * sum(sizes)
        return ceil(TIME_MARGIN * seconds / 60) * 2 ** (attempt - 1)
