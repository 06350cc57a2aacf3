"""The bench harness: every module in its own process, one that fails leaves NaN, and pytest runs none of them."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import bench, notebook
from benchmarks.rows import Row, peak_memory_gb
from benchmarks.running import run_workflow, time_with_a_job
from ferrotune.segmentation.agreement import ari
from ferrotune.workflow.jobs import KEEPS_MEMORY

GOOD = """
import os
import sys
from benchmarks.rows import Row

def measure():
    return [Row("speed", 12.5, "1/s", "peer", 2.5, 5.0), Row("process", os.getpid(), "")]
"""
BAD = "def measure():\n    raise ValueError('no such crystal')\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path


def test_rows_of_all_modules_stand_in_one_table(folder, capfd):
    output = folder / "out" / "bench.tsv"
    rows = bench.bench(["bad", "good"], output, folder)
    assert [row.name for row in rows] == ["bad", "speed", "process"]
    table = pd.read_csv(output, sep="\t")
    assert list(table) == ["name", "value", "unit", "peer", "peer_value", "ratio"]
    assert math.isnan(table["value"][0])
    assert table.loc[1, ["value", "peer", "ratio"]].tolist() == [12.5, "peer", 5.0]
    assert table["value"][2] != os.getpid()
    assert capfd.readouterr().err.strip() == "bench: bad failed: ValueError: no such crystal"


def test_a_module_that_fails_leaves_its_figure_as_nan(tmp_path, capfd):
    (tmp_path / "trial.py").write_text(BAD)
    (row,) = bench.bench(["trial"], tmp_path / "bench.tsv", tmp_path)
    assert row.name == "trial_seconds_full_size" and math.isnan(row.value)
    assert "trial failed" in capfd.readouterr().err


def test_a_module_that_there_is_not_is_said():
    with pytest.raises(SystemExit, match="no module nonsense; there are"):
        bench.main(["nonsense"])


def test_a_row_without_peer():
    assert math.isnan(Row("x", 1.0, "s").peer_value) and Row("x", 1.0, "s").peer == ""


def test_memory_is_that_of_a_python_process():
    assert 0.01 < peak_memory_gb() < 100


def test_no_benchmark_is_collected_as_a_test():
    folder = Path(bench.__file__).parent
    assert [path for path in folder.rglob("*.py") if path.match("test_*.py") or path.match("*_test.py")] == []


def test_time_with_a_job_counts_what_runs_side_by_side_once(tmp_path):
    for name, start, end in (("early", 900, 950), ("a", 1000, 1010), ("b", 1004, 1012), ("c", 1020, 1021)):
        (tmp_path / f"{name}.tsv").write_text(f"s\th:m:s\n{end - start}\t-\n")
        os.utime(tmp_path / f"{name}.tsv", (end, end))
    assert time_with_a_job(tmp_path.glob("*.tsv"), since=1000) == pytest.approx(13)


def test_a_command_is_watched_to_its_end(tmp_path):
    held = run_workflow([sys.executable, "-c", "import time; x = bytearray(80_000_000); time.sleep(1.2)"], tmp_path)
    assert held.seconds > 1.2 and held.peak_gb > 0.08 and held.job_seconds == 0
    with pytest.raises(RuntimeError, match="ended with status 3"):
        run_workflow([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_the_notebook_sees_domains_in_a_process_that_keeps_no_memory(monkeypatch):
    """Its labels of two motifs, and what its process is given: not the settings that make our own jobs faster."""
    yx = np.stack(np.meshgrid(np.arange(10, 90, 5), np.arange(10, 90, 5), indexing="ij"), axis=-1).reshape(-1, 2)
    image = np.random.default_rng(0).normal(0, 0.1, (100, 100))
    image[*yx.T] += 1
    image[*(yx[yx[:, 1] > 50] + [0, 1]).T] += 1
    settings = {"window": (5, 5), "components": 2, "covariance": "tied", "seed": 0}
    labels, _, _ = notebook.trial(image, yx, **settings)
    assert ari(labels, yx[:, 1] > 50) == 1

    given, run = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *all, env, **more: given.append(env) or run(*all, env=env, **more))
    for name, value in KEEPS_MEMORY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert notebook.seconds_alone(image, yx, **settings) > 0
    assert not set(given[0]) & set(KEEPS_MEMORY)
