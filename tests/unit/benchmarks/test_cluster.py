"""The simulated cluster: how long small job graphs take, worked out by hand, and groups of jobs."""

from benchmarks.cluster import Job, grouped, makespans, read_graph, repeated

DOT = r"""
digraph snakemake_dag {
	0[label = "all", color = "0 0 0", style="rounded"];
	1[label = "front", color = "0 0 0", style="rounded"];
	2[label = "evaluate", color = "0 0 0", style="rounded"];
	3[label = "suggest\nimage: a\npipeline: one\nround: 000", color = "0 0 0", style="rounded"];
	4[label = "summary", color = "0 0 0", style="rounded"];
	5[label = "front\nimage: b\npipeline: one", color = "0 0 0", style="rounded"];
	1 -> 0
	2 -> 1
	3 -> 2
	1 -> 4
	5 -> 4
	4 -> 0
}
"""


def job(seconds, *after, cores=1):
    return Job("rule", {}, set(after), cores, seconds)


def makespan(jobs, cores):
    (seconds,), longest = makespans(jobs, [cores])
    return seconds, longest


def test_independent_jobs_fill_the_cores_and_a_chain_does_not():
    assert makespan({n: job(10) for n in range(4)}, 2) == (20, 10)
    assert makespan({0: job(10), 1: job(10, 0), 2: job(10, 1)}, 8) == (30, 30)


def test_what_the_longest_path_needs_goes_first():
    jobs = {"short": job(1), "other": job(1), "first": job(1), "long": job(10, "first")}
    assert makespan(jobs, 1)[0] == 13 and makespan(jobs, 2)[0] == 11


def test_a_job_of_many_cores_waits_for_them():
    assert makespan({0: job(5), 1: job(5, cores=2)}, 2)[0] == 10


def test_the_graph_of_snakemake_is_read_with_the_wildcards_of_earlier_jobs():
    jobs = read_graph(DOT)
    assert set(jobs) == {"1", "2", "3", "4", "5"}
    assert jobs["1"].of == {"image": "a", "pipeline": "one"} and jobs["1"].after == {"2"}
    assert "image" not in jobs["4"].of


def test_connected_jobs_of_a_group_are_one_job_of_the_cluster():
    jobs = grouped(read_graph(DOT), {"suggest": "search", "evaluate": "search", "front": "search"})
    assert sorted(sorted(job.parts) for job in jobs.values()) == [["1", "2", "3"], ["4"], ["5"]]
    (last,) = (job for job in jobs.values() if job.parts == ["4"])
    assert len(last.after) == 2


def test_the_jobs_of_one_image_are_repeated_and_those_of_the_series_wait_for_all():
    jobs = repeated(grouped(read_graph(DOT), {}), 10, "a")
    assert len(jobs) == 3 * 10 + 1
    assert len(jobs["4", -1].after) == 10
