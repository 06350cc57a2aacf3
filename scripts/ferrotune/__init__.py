"""ferrotune segments the domains of atomically resolved images and scores them by physics. Arrays in, arrays out.

The functions below are what a notebook calls; `docs/api.md` lists them. Each is imported when it is first used, because
Snakemake imports this package in every job.
"""

import importlib

__version__ = "0.1.0"

_PUBLIC = {
    "InputError": "ferrotune.errors",
    "Specimen": "ferrotune.simulation.specimen",
    "default_pipelines": "ferrotune.notebook.defaults",
    "describe_sites": "ferrotune.notebook.descriptions",
    "evaluate_setting": "ferrotune.notebook.trials",
    "locate_columns": "ferrotune.notebook.stages",
    "measure_cells": "ferrotune.notebook.stages",
    "open_results": "ferrotune.notebook.results",
    "prepare_image": "ferrotune.notebook.stages",
    "run_search": "ferrotune.notebook.trials",
    "simulate": "ferrotune.simulation.film",
}
__all__ = list(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'ferrotune' has no attribute {name!r}; it has {', '.join(_PUBLIC)}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return sorted({*globals(), *_PUBLIC})
