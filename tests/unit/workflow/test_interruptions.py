"""What ends a job from outside: its one line, and its end with the Snakemake that started it."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from ferrotune.workflow.interruptions import said_of
from ferrotune.workflow.jobs import RUN, job


def caused(error, by):
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "", "a/b.zarr"), "a/b.zarr: No space left on device: make room on it, and run again"),
        (
            OSError(errno.EIO, "", "a"),
            "a: Input/output error: the disk or its connection fails: check it, and run again",
        ),
        (
            OSError(errno.EROFS, ""),
            "while writing or reading: Read-only file system: it is read-only: make it writable",
        ),
        (caused(RuntimeError("of a library"), OSError(errno.ENOSPC, "", "a")), "a: No space left"),
        (
            OSError("Can't write data (file write failed: errno = 28, error message = '...')"),
            "while writing or reading: No sp",
        ),
        (MemoryError(), "memory ran out: use fewer cores"),
        (BrokenProcessPool(), "a process of this job was ended from outside, most often because memory ran out"),
    ],
)
def test_each_cause_is_said_with_what_to_do(error, words):
    assert said_of(error).startswith(words)


@pytest.mark.parametrize("error", [ValueError("no"), FileNotFoundError(errno.ENOENT, "", "a"), ZeroDivisionError()])
def test_an_error_of_the_program_is_none_of_them(error):
    assert said_of(error) is None


def test_a_full_disk_is_one_line_and_exit_1(tmp_path, capsys):
    log = tmp_path / "log"
    with pytest.raises(SystemExit) as end, job(log, "image Sm_0"):
        raise OSError(errno.ENOSPC, "", "results/cells.zarr")
    assert end.value.code == 1
    line = "ferrotune: image Sm_0: results/cells.zarr: No space left on device: make room on it, and run again\n"
    assert capsys.readouterr().err == log.read_text() == line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize(("error", "said", "status"), [("", 0, 0), ("raise OSError(28, '', 'cells.zarr')", 1, 1)])
def test_a_log_on_a_full_disk_hides_no_line_and_ends_no_job(tmp_path, error, said, status):
    (tmp_path / "log").symlink_to("/dev/full")
    work = f"from ferrotune.workflow.jobs import job\nwith job({str(tmp_path / 'log')!r}, 'x') as log:\n"
    work += f"    log.info('begun')\n    {error}\n"
    ended = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True)
    assert ended.returncode == status and ended.stderr.count("\n") == said, ended.stderr
    assert ended.stderr.startswith("ferrotune: x: cells.zarr: No space left on device" if said else "")


def test_a_job_ends_soon_after_the_snakemake_that_started_it(tmp_path):
    work = f"import time\nfrom ferrotune.workflow.jobs import job\nwith job({str(tmp_path / 'log')!r}, 'x') as log:\n"
    work += "    log.info('begun')\n    time.sleep(60)\n"
    with subprocess.Popen(["sleep", "60"]) as snakemake:
        started = subprocess.Popen([sys.executable, "-c", work], env=os.environ | {RUN: str(snakemake.pid)})
        deadline = time.monotonic() + 30
        while not ((tmp_path / "log").exists() and (tmp_path / "log").read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert started.poll() is None
        snakemake.send_signal(signal.SIGKILL)
        snakemake.wait()
        assert started.wait(10) == 1
