"""What reads a mutated input: the importers as the workflow's jobs call them. Only an InputError may come out."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from ferrotune.errors import InputError
from ferrotune.files.images import read_image
from ferrotune.files.masks import exclusion_mask
from ferrotune.files.tables import copy_with_tabs
from ferrotune.images.normalisation import prepare
from ferrotune.reference.reading import read_reference_cells
from ferrotune.workflow.case import read_case
from ferrotune.workflow.config_files import check_repeated
from ferrotune.workflow.sample_sheet import missing_cells, read_sheet
from fuzz.seeds import GRID, SIDE

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "config" / "schemas"
PIXELS = 1_000_000  # import.pixel_limit here: with it nothing needs 2 GB
ENTRIES = {"velox.emd": "HAADF", "packed.npz": "haadf"}  # of seeds with several images
_CELL = 5.0  # px


@cache
def _row_schema():
    return yaml.safe_load((SCHEMAS / "images.schema.yaml").read_text())


@cache
def _defaults():
    return (ROOT / "config" / "config.yaml").read_text()


def _image(path):
    entry = ENTRIES.get(path.name)
    data, _ = read_image(f"{path}#{entry}" if entry else path, PIXELS)
    prepare(data, np.ones(data.shape, bool))


def _mask(path):
    exclusion_mask(str(path), (SIDE, SIDE), PIXELS)


def _sheet(path):
    rows, _ = read_sheet(path, _row_schema())
    missing_cells(path, rows)
    for row in rows.values():
        exclusion_mask(row["mask"], (SIDE, SIDE), PIXELS)
    copy_with_tabs(path, path.with_name("copy.tsv"), ("image", "path"))


def _reference(path):
    cells = {"yx": GRID, "polarization": np.ones_like(GRID)}
    read_reference_cells(path, cells, GRID, _CELL, "first", 0)


def _config(path):
    """A config file as Snakemake reads it and merges it into the defaults, and as the workflow checks it."""
    from snakemake.common.configfile import _load_configfile
    from snakemake.exceptions import WorkflowError
    from snakemake.utils import update_config

    try:
        given = _load_configfile(io.StringIO(path.read_text(encoding="utf-8")))
    except (WorkflowError, UnicodeDecodeError):  # Snakemake says what is wrong, before anything of ours runs
        return
    if not isinstance(given, dict) or "__use_yte__" in given:
        return
    config = yaml.load(_defaults(), Loader=yaml.CSafeLoader)
    update_config(config, given)
    check_repeated([path])
    read_case(config, SCHEMAS, dry=True)


READERS = {"image": _image, "mask": _mask, "sheet": _sheet, "reference": _reference, "config": _config}


def read(kind, path):
    """Read an input as the workflow does; an InputError is what a user is meant to see, and returned.

    Returns
    -------
    str
        The line that the user sees; empty where the input is taken.
    """
    try:
        READERS[kind](path)
    except InputError as error:
        return str(error)
    return ""
