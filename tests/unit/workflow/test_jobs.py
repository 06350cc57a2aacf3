"""What happens around a script's work: its log, and the one line of an input that cannot be used."""

import os
import platform
import resource
import subprocess
import sys
import warnings

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from ferrotune.errors import InputError
from ferrotune.workflow.jobs import KEEPS_MEMORY, job, warn


def test_bad_input_is_one_line_and_exit_1(tmp_path, capsys):
    log = tmp_path / "log"
    with pytest.raises(SystemExit) as end, job(log, "image Sm_0"):
        raise InputError("no lattice found: check the mask")
    assert end.value.code == 1
    line = "ferrotune: image Sm_0: no lattice found: check the mask\n"
    assert capsys.readouterr().err == line
    assert log.read_text() == line


def test_a_fault_of_the_program_is_raised_and_logged_with_its_trace(tmp_path, capsys):
    log = tmp_path / "log"
    with pytest.raises(ZeroDivisionError), job(log, "image Sm_0"):
        1 / 0  # noqa: B018
    text = log.read_text()
    assert "image Sm_0: unexpected error, please report" in text
    assert "Traceback" in text and "ZeroDivisionError" in text


def test_what_is_logged_and_warned_stands_in_the_log(tmp_path):
    log = tmp_path / "log"
    with job(log, "image Sm_0") as logger:
        logger.info("%d columns", 7)
        warnings.warn("mind this", stacklevel=1)
    text = log.read_text()
    assert text.startswith("7 columns\n") and "mind this" in text


def test_a_warning_is_said_and_stands_in_the_log_as_a_run_s_end_looks_for_it(tmp_path, capsys):
    log = tmp_path / "log"
    with job(log, "image Sm_0"):
        warn("image Sm_0", "pixel size unknown")
    line = "ferrotune: image Sm_0: warning: pixel size unknown\n"
    assert log.read_text() == capsys.readouterr().err == line


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
def test_a_job_takes_memory_once():
    size, times = 50_000_000, 20
    taking = f"for _ in range({times}): bytearray({size})"
    asking = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)"
    command = [sys.executable, "-c", f"{taking}\n{asking}"]
    faults = int(subprocess.run(command, env=os.environ | KEEPS_MEMORY, capture_output=True, check=True).stdout)
    assert faults < 2 * size / resource.getpagesize()


def test_a_log_starts_anew(tmp_path):
    log = tmp_path / "log"
    for message in ("first", "second"):
        with job(log, "x") as logger:
            logger.info(message)
    assert log.read_text() == "second\n"


def test_linear_algebra_has_one_thread(tmp_path):
    np.ones((2, 2)) @ np.ones((2, 2))
    with job(tmp_path / "log", "x"):
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
