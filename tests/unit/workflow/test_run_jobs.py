"""Jobs of a series from what Snakemake keeps of them."""

import base64
import json

import pytest

from ferrotune.errors import InputError
from ferrotune.workflow.run_jobs import series_jobs


def keep(run, output, cut=None, **changes):
    """Write what Snakemake keeps of an output; `cut`: the longest name of a file, which then goes on in a folder."""
    name = base64.urlsafe_b64encode(output.encode()).decode()
    parts = [name] if cut is None else [name[i : i + cut] for i in range(0, len(name), cut)]
    path = run.joinpath(".snakemake", "metadata", *(f"@{part}" for part in parts[:-1]), parts[-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"rule": "front", "input": ["results/s/one/p/trials.tsv"], "log": ["results/s/one/p/logs/front.log"]}
    kept |= {"starttime": 10.0, "endtime": 20.0, "incomplete": False}
    path.write_text(json.dumps(kept | changes))
    return path


def test_outputs_of_a_job_are_one_job_with_what_its_benchmark_tells(tmp_path):
    keep(tmp_path, "results/s/one/p/front.tsv", starttime=11.0)
    keep(tmp_path, "results/s/one/p/selected.zarr", cut=10, input=["results/s/one/cells.zarr"])
    benchmark = tmp_path / "results/s/one/p/benchmarks/front.tsv"
    benchmark.parent.mkdir(parents=True)
    benchmark.write_text("s\th:m:s\tmax_rss\tcpu_time\n3.0\t0:00:03\t270.5\tNA\n")
    (job,) = series_jobs(tmp_path, "results/s")
    assert job.outputs == ("results/s/one/p/front.tsv", "results/s/one/p/selected.zarr")
    assert set(job.inputs) == {"results/s/one/p/trials.tsv", "results/s/one/cells.zarr"}
    assert (job.start, job.end, job.used, job.of) == (10.0, 20.0, {"max_rss": 270.5}, "one, p")


def test_the_round_is_part_of_what_a_job_works_on(tmp_path):
    log = "results/s/one/p/logs/evaluate.003.log"
    keep(tmp_path, "results/s/one/p/rounds/003.zarr", rule="evaluate", log=[log])
    assert series_jobs(tmp_path, "results/s")[0].of == "one, p, 003"


def test_jobs_of_other_series_and_unfinished_ones_are_left_out(tmp_path):
    keep(tmp_path, "results/s/one/p/front.tsv")
    keep(tmp_path, "results/s2/one/p/front.tsv", log=["results/s2/one/p/logs/front.log"])
    keep(tmp_path, "results/s/two/p/front.tsv", log=["results/s/two/p/logs/front.log"], incomplete=True)
    keep(tmp_path, "results/s/three/p/front.tsv", log=["x"]).write_text("{")
    assert [job.of for job in series_jobs(tmp_path, "results/s")] == ["one, p"]
    with pytest.raises(InputError, match="nothing is kept there of results/other"):
        series_jobs(tmp_path, "results/other")
