"""Packages and machine of a job: what may differ between two runs of the same input and the same code."""

import platform
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
from scipy.linalg import inv as of_scipy
from threadpoolctl import threadpool_info

from ferrotune import __version__

_MODEL = "model name"  # of a processor, in Linux's /proc/cpuinfo


def packages():
    """Versions (dict of name -> str) of all packages of this Python; ferrotune among them, also where it is no package.

    Examples
    --------
    >>> "numpy" in packages()
    True
    """
    found = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions()}
    return dict(sorted((found | {"ferrotune": __version__}).items()))


def _processor():
    """Name (str) of the processor; the architecture where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith(_MODEL))
    return next(named, platform.machine())


def machine():
    """What of this machine may change the last digits of a result.

    Neither the name of the machine nor that of its user is told: results are passed on.

    Returns
    -------
    dict of str
        system, processor, python, and linear_algebra: the libraries of numpy and scipy with the
        kernels that they chose.
    """
    of_scipy(np.eye(2))  # its library is loaded when it is first used
    ours = [one for one in threadpool_info() if one["user_api"] == "blas" and "torch" not in one["filepath"]]
    kernels = {f"{one['internal_api']} {one['version']} {one.get('architecture', '')}" for one in ours}
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "linear_algebra": ", ".join(sorted(kernel.strip() for kernel in kernels)),
    }
