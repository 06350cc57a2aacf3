"""Faults at a chosen write of a chosen process: the library injector.so, compiled from injector.c, and its plans."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("injector.c")
KINDS = ("kill", "ENOSPC", "EIO")


def missing():
    """Why no fault can be injected here (str); None where it can."""
    if os.uname().sysname != "Linux":
        return "faults are injected by LD_PRELOAD, on Linux only"
    return None if shutil.which("gcc") else "gcc is not installed: tests/faults/injector.c cannot be compiled"


def compiled(folder):
    """Path of the library, compiled into a folder."""
    library = Path(folder, "injector.so")
    command = ["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


class Injection:
    """Planned faults in the processes of a case.

    library : path of injector.so
    within : path; only writes below it count
    folder : path of a folder for the plans, what was done, and what was counted
    """

    def __init__(self, library, within, folder):
        self.library, self.within, self.folder = library, Path(within), Path(folder)
        self.plans, self.counted, self.done = (self.folder / name for name in ("plans", "counted", "done"))
        self.plans.mkdir(parents=True, exist_ok=True)

    def environment(self):
        """Variables (dict) of processes in which faults may happen."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAULTS_WITHIN": str(self.within),
            "FAULTS_IN": str(self.plans),
            "FAULTS_COUNTED": str(self.counted),
            "FAULTS_DONE": str(self.done),
        }

    def plan(self, faults):
        """Plan faults: dict of the process (a rule, or "main" for Snakemake) to (number of the write, kind)."""
        for path in self.plans.iterdir():
            path.unlink()
        for process, (number, kind) in faults.items():
            (self.plans / process).write_text(f"{number} {kind}\n")

    def counts(self):
        """Most writes (dict of process to int) that any process of a name has made."""
        found = {}
        for line in self.counted.read_text().splitlines() if self.counted.exists() else []:
            process, count = line.split()
            found[process] = max(int(count), found.get(process, 0))
        return found

    def happened(self):
        """Faults so far: list of (process, number, kind, call, path)."""
        lines = self.done.read_text().splitlines() if self.done.exists() else []
        return [tuple(line.split(" ", 4)) for line in lines]


def at_each_write(library, within, write, kind):
    """Do something once for each of its writes, in a process of its own in which this write fails.

    Parameters
    ----------
    library : path of injector.so, which this process was started with (LD_PRELOAD)
    within : path; only writes below it count
    write : function of the number of the write; raises what the fault raises
    kind : str of KINDS

    Yields
    ------
    (number of the write, str)
        The name of the error that was raised, "killed", or "nothing" where the fault was not noticed; the last is
        (number of all writes, "nothing").
    """
    injector, number, ended = ctypes.CDLL(str(library)), 0, False
    while not ended:
        out, into = os.pipe()
        process = os.fork()
        if not process:
            injector.faults_arm(str(within).encode(), number, kind.encode())
            try:
                write(number)
                said = "nothing"
            except Exception as error:
                said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else repr(error)
            os.write(into, f"{injector.faults_count()} {said}".encode())
            os._exit(0)
        os.close(into)
        status = os.waitpid(process, 0)[1]
        with os.fdopen(out, "rb") as file:
            told = file.read().decode()
        count, _, said = told.partition(" ")
        ended = bool(told) and int(count) <= number
        yield number, "killed" if os.WIFSIGNALED(status) else said
        number += 1
