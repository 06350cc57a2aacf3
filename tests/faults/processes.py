"""Processes of a run, by the folder that they work in (Linux)."""

import os
from pathlib import Path

SCRIPTS = "/.snakemake/scripts/"


def _words(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _works_in(process, folder):
    try:
        return os.readlink(f"/proc/{process}/cwd") == str(folder)
    except OSError:
        return False


def working_in(folder):
    """Numbers (sorted list of int) of the processes that work in a folder."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return sorted(n for n in numbers if n != os.getpid() and _works_in(n, folder) and _words(n))


def jobs_in(folder):
    """Jobs that run in a folder: sorted list of (rule, number of the process)."""
    found = []
    for process in working_in(folder):
        scripts = [word for word in _words(process) if SCRIPTS in word and " " not in word]
        found += [(script.rpartition("/")[2].split(".")[1], process) for script in scripts[:1]]
    return sorted(found)
