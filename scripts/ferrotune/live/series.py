"""The series of the images at the instrument: its config, its sample sheet, and where its results are."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml
from snakemake.utils import update_config

from ferrotune.errors import InputError
from ferrotune.files.tables import write_with_tabs
from ferrotune.search.reward_config import with_objectives
from ferrotune.search.search_config import pipeline_entry, searched
from ferrotune.workflow.case import results_folder
from ferrotune.workflow.config import check_config, schema_problems, without_nulls
from ferrotune.workflow.config_files import KEPT, check_repeated, keep_config
from ferrotune.workflow.folders import check_folders
from ferrotune.workflow.image_files import plain_name
from ferrotune.workflow.progress import SCHEMAS
from ferrotune.workflow.sample_sheet import read_sheet

SHEET = "live.tsv"
DEFAULTS = SCHEMAS.parent / "config.yaml", SCHEMAS.parent / "one_line.yaml"
# What is different at the instrument. A setting tried on each other image makes n x n trials of n images.
LIVE = {"transfer": False}


def _loaded(path):
    """A config file (dict); InputError where it is none."""
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"config {path}: cannot be read ({error}); correct the path") from None
    except yaml.YAMLError as error:
        raise InputError(f"config {path}: {str(error).splitlines()[0]}; correct the file") from None
    if not isinstance(found or {}, dict):
        raise InputError(f"config {path}: holds no sections of keys; correct the file")
    return found or {}


def _row_schema():
    """JSON schema (dict) of a row of the sample sheet."""
    return yaml.safe_load(Path(SCHEMAS, "images.schema.yaml").read_text())


def live_config(series, files=()):
    """The config of a series at the instrument.

    Parameters
    ----------
    series : str, its name
    files : list of path, the user's config files; the last one wins

    Returns
    -------
    dict
        As the workflow takes it, `results/<series>/live.tsv` being its sample sheet.

    Raises
    ------
    InputError
        Naming the first key that is wrong.
    """
    check_repeated(files)
    config = {}
    for part in (*map(_loaded, DEFAULTS), LIVE, *map(_loaded, files)):
        update_config(config, part)
    config |= {"series": series, "images": f"{results_folder({'series': series})}/{SHEET}"}
    for key in ("image", "pixel_size"):
        if config.pop(key, None) is not None:
            raise InputError(f"config: {key}: the images are those of the folder; leave this key out")
    checked = with_objectives(without_nulls(config))
    check_config(checked, yaml.safe_load(Path(SCHEMAS, "config.schema.yaml").read_text()))
    check_folders(results_folder(checked))
    return config


@dataclass
class LiveSeries:
    """A series whose images are added one by one.

    Attributes
    ----------
    config : dict, checked, with objectives
    folder : Path of its results
    rows : dict of image name -> dict, rows of the sample sheet
    given : dict, an empty row with what all images have in common
    """

    config: dict
    folder: Path
    rows: dict
    given: dict

    @classmethod
    def begin(cls, config, given):
        """Begin a series, or go on with it where its sheet is there; the config is kept beside the results.

        Parameters
        ----------
        config : dict, from `live_config`
        given : dict with some of pixel_size_pm, lattice, mask, contrast: cells of the sheet, the same for all images

        Raises
        ------
        InputError
            Where the folder holds the results of another run, or a cell cannot be used.
        """
        folder = Path(results_folder(config))
        if (folder / KEPT).exists() and not (folder / SHEET).exists():
            raise InputError(f"{folder} holds the results of another run; give this one a name of its own: SERIES=NAME")
        schema = _row_schema()
        for problem in schema_problems({"image": "a", "path": "a"} | given, schema):
            raise InputError(problem)
        series = cls.of(config, folder, given)
        if (folder / SHEET).exists():
            series.rows.update(read_sheet(folder / SHEET, schema)[0])
        keep_config(config, folder)
        return series

    @classmethod
    def of(cls, config, folder, given):
        """A series without images, of which nothing is written; the arguments are those of `begin`, and its folder."""
        checked = with_objectives(without_nulls(config))
        return cls(checked, Path(folder), {}, dict.fromkeys(_row_schema()["properties"]) | given)

    @property
    def entries(self):
        """Entries (dict) of the pipelines that are searched, by name."""
        pipelines = self.config["pipelines"]
        return {name: pipeline_entry(pipelines, name) for name in searched(pipelines)}

    def row_of(self, path):
        """Row (dict) of the image of a file: that of the sheet, or a new one, named after the file."""
        path = str(path)
        for row in self.rows.values():
            if row["path"] == path:
                return row
        stem, whole = plain_name(Path(path).stem), plain_name(Path(path).name)
        numbered = (f"{stem}_{number}" for number in range(2, len(self.rows) + 3))
        name = next(name for name in (stem, whole, *numbered) if name not in self.rows)
        return self.given | {"image": name, "path": path}

    def add(self, row):
        """Add the row of an image, or replace it, and write the sheet as a whole."""
        self.rows[row["image"]] = row
        beside = self.folder / f"{SHEET}.new"
        write_with_tabs([_cells(of_image) for of_image in self.rows.values()], beside)
        os.replace(beside, self.folder / SHEET)


def _cells(row):
    """A row (dict) as the cells of the sheet: the size of a unit cell in one of them."""
    lattice = row["lattice"]
    return row | {"lattice": "x".join(f"{edge:g}" for edge in lattice) if isinstance(lattice, list) else lattice}
