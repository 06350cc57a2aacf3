"""A small sample of `make faults`: jobs that are killed, or whose disk is full or fails, at one of their writes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.injection import KINDS, Injection, compiled, missing
from faults.series import contents, said_to_user

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))
TESTS = Path(__file__).parents[1]
PLAN = {"simulate": (20, "ENOSPC"), "import_image": (5, "kill"), "columns": (40, "EIO"), "cells": (60, "kill")}
EACH_WRITE = """
import sys
from pathlib import Path
import numpy as np
from faults.injection import at_each_write
from ferrotune.files.stores import add_array, read_store, write_store

library, folder, kind = sys.argv[1:]

def write(number):
    group = write_store(Path(folder, f"{number}.zarr"), {"yx": (("site", "axis"), np.ones((9, 2)))}, {"cell_px": 26.0})
    add_array(group, "patches", ("site", "y"), (9, 4))[...] = 1.0

for number, said in at_each_write(library, folder, write, kind):
    try:
        arrays, attributes = read_store(Path(folder, f"{number}.zarr"), "yx", "patches")
        attributes["cell_px"]
        state = "whole"
    except ValueError:
        state = "damaged"
    print(f"{number}\\t{said}\\t{state}")
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("injector"))


@pytest.mark.parametrize("kind", KINDS)
def test_no_failed_write_of_a_store_goes_unnoticed(library, tmp_path, kind):
    """Each write fails once: the error is raised, and what is left is not taken for a whole store."""
    places = os.pathsep.join([str(TESTS), str(TESTS.parent / "scripts")])
    command = [sys.executable, "-c", EACH_WRITE, str(library), str(tmp_path), kind]
    ended = subprocess.run(
        command, env=os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": places}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    *faults, last = [line.split("\t") for line in ended.stdout.splitlines()]
    raised = {"kill": "killed", "ENOSPC": "No space left on device", "EIO": "Input/output error"}[kind]
    assert len(faults) > 20 and {said for _, said, _ in faults} == {raised}
    assert last[1:] == ["nothing", "whole"]
    assert [number for number, _, state in faults if state == "whole"] == []


def test_jobs_that_fail_or_are_killed_at_a_write_leave_the_same_bytes(library, finished, new_case, tmp_path):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    injection = Injection(library, case.folder / "results", tmp_path / "faults")
    injection.plan(PLAN)
    command = case.command("results/tiny/stripes/cells.zarr", "--retries", "1")
    environment = os.environ | {"PYTHONWARNINGS": "ignore"} | injection.environment()
    ended = subprocess.run(command, cwd=case.folder, env=environment, capture_output=True, text=True)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said[-3000:]
    assert {(process, kind) for process, _, kind, *_ in injection.happened()} == {
        (process, kind) for process, (_, kind) in PLAN.items()
    }
    errors, traceback = said_to_user(said)
    assert len(errors) == 2 and not traceback
    assert "No space left on device: make room on it, and run again" in errors[0]
    assert "Input/output error: the disk or its connection fails: check it, and run again" in errors[1]
    for store in ("image.zarr", "columns.zarr", "cells.zarr"):
        assert contents(case.results("stripes", store)) == contents(finished.results("stripes", store))
