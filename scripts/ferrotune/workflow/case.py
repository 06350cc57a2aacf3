"""A case: the checked config, the images of the sample sheet, and the search of each pipeline."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from ferrotune.errors import NEXT_LINE, InputError
from ferrotune.files.rounds import has_ended
from ferrotune.search.reward_config import with_objectives
from ferrotune.search.search_config import (
    apart,
    ends_by_itself,
    gives_up,
    judged_rounds,
    looks_back,
    map_axes,
    pipeline_entry,
    round_count,
    searched,
    trial_count,
)
from ferrotune.workflow.config import check_config, check_select, map_files, without_nulls
from ferrotune.workflow.config_files import check_repeated
from ferrotune.workflow.folders import check_folders
from ferrotune.workflow.image_files import check_series, image_rows, names_files, with_series
from ferrotune.workflow.kinds import check_kind, kind_of
from ferrotune.workflow.sample_sheet import expanded, missing_cells, read_sheet, remote_files


@dataclass(frozen=True)
class Case:
    """What a run works on.

    Attributes
    ----------
    config : dict, the checked config; its pipelines have no `search` of their own any more
    sheet : list of str, the path of the sample sheet; empty where the config names image files instead
    images : dict of image name -> dict, the usable rows of the sample sheet
    problems : list of str, one line for each problem of the sample sheet
    searches : dict of pipeline name -> dict, the search of each pipeline
    trials : dict of pipeline name -> int, the number of trials of each pipeline that is searched; with `auto` the most
    """

    config: dict
    sheet: list
    images: dict
    problems: list
    searches: dict
    trials: dict

    @property
    def kind(self):
        """What the files of the series hold: images, or spectra (`ferrotune.workflow.kinds`)."""
        return kind_of(self.images)

    @property
    def ending(self):
        """Pipelines (list of str) whose search ends where its front stands still."""
        return [pipeline for pipeline in self.trials if ends_by_itself(self.searches[pipeline])]

    def entry(self, pipeline):
        """A pipeline's entry (dict) in the config; the entry of a choice holds the entries of its members."""
        return pipeline_entry(self.config["pipelines"], pipeline)

    def looks_back(self, pipeline):
        """Whether the evaluation of a pipeline's round needs the rounds before."""
        return looks_back(self.entry(pipeline), self.searches[pipeline])

    def keep_up(self, pipeline):
        """Objectives (dict) in which trials must not fall behind while they are trained; empty: none is given up."""
        return self.config["objectives"] if gives_up(self.entry(pipeline), self.searches[pipeline]) else {}

    def axes(self, pipeline):
        """The two parameters of a hyperparameter map with their values (dict); empty where the pipeline is no map."""
        return map_axes(self.config["pipelines"][pipeline], self.searches[pipeline])

    def rounds(self, pipeline, before=None):
        """Numbers (list of str, as in file names) of a pipeline's rounds: all, or those before a round."""
        count = round_count(self.trials[pipeline], self.searches[pipeline])
        return [f"{number:03d}" for number in range(count if before is None else min(count, int(before)))]

    def rounds_to(self, pipeline, standstill):
        """Numbers (list of str) of a pipeline's rounds up to the first after which its search has ended.

        Parameters
        ----------
        pipeline : str
        standstill : function of a round's number (str)
            Path of the round's NNN.standstill.json, or None where there is none yet. It is asked of the rounds after
            which the search may end (`trials: auto`), in order.
        """
        rounds = self.rounds(pipeline)
        for number in judged_rounds(self.trials[pipeline], self.searches[pipeline]):
            path = standstill(rounds[number])
            if path is not None and has_ended(path):
                return rounds[: number + 1]
        return rounds


def _with_paths(config):
    """The config with `~` and variables of the environment replaced in its paths: of the sheet, maps, and downloads."""
    download = _with_path(_with_path(config["download"], "download.cache"), "download.checksums")
    config = config | {"download": download}
    simulation = config["simulation"]
    images = {image: _with_path(own, f"simulation.images.{image}.map") for image, own in simulation["images"].items()}
    simulation = simulation | {"default": _with_path(simulation["default"], "simulation.default.map"), "images": images}
    return (config if names_files(config) else _with_path(config, "images")) | {"simulation": simulation}


def _with_path(section, key):
    """A section of the config with the path at the end of a key (its place in the config) expanded, if it has one."""
    name = key.rpartition(".")[2]
    if not isinstance(section.get(name), str):
        return section
    try:
        return section | {name: expanded(section[name])}
    except InputError as error:
        raise InputError(f"config: {key}: {error}") from None


def missing_files(config, sheet, images):
    """A line (list of str) for each file that the sample sheet or the simulation names and that is not there."""
    lines = [line for path in sheet for line in missing_cells(path, images)]
    for image in (image for image, row in images.items() if row["path"] == "simulated"):
        for file in map_files(config["simulation"], image, images[image]):
            if not os.path.exists(file):
                lines.append(f"config: simulation: the map {file} of image {image} does not exist; correct the path")
    return lines


def results_folder(config):
    """Folder (str) of the results of the config's series."""
    return f"results/{config['series']}"


def _images(config, of_row):
    """Sample sheet (list of one path, or none), rows and problems of what the config names."""
    if config.get("pixel_size") is not None and not names_files(config):
        raise InputError("config: pixel_size: goes with image; with a sample sheet give it in the column pixel_size_pm")
    if not names_files(config):
        if config.get("images") is None:
            raise InputError("config: images: it is empty; name the sample sheet, or image files by image")
        return [config["images"]], *read_sheet(config["images"], of_row)
    rows = image_rows(config, of_row)
    check_series(results_folder(config), rows)
    return [], rows, []


def read_case(config, schemas, dry=False):
    """Check the config, and the sample sheet or the image files that it names.

    Parameters
    ----------
    config : dict, as Snakemake read it
    schemas : path of the folder of schemas
    dry : bool, whether the run only lists its jobs, so that none of them says what it misses

    Returns
    -------
    Case

    Raises
    ------
    InputError
        Naming the first key of the config that is wrong; or where no row of the sample sheet can be used, or a folder
        of the run cannot be written; in a dry run, with a line for each wrong row and each file that is missing.
    """
    of_config, of_row = (
        yaml.safe_load(Path(schemas, f"{name}.schema.yaml").read_text()) for name in ("config", "images")
    )
    config = with_objectives(without_nulls(with_series(config)))
    check_config(config, of_config)
    config = _with_paths(config)
    check_folders(results_folder(config))
    sheet, images, problems = _images(config, of_row)
    remote_files(images)  # refuses two of one name
    said = problems + missing_files(config, sheet, images) if dry else []
    if said:  # the jobs would say so, and a dry run has none
        raise InputError(NEXT_LINE.join(said))
    config, searches = apart(config)
    entries = {name: pipeline_entry(config["pipelines"], name) for name in searched(config["pipelines"])}
    trials = {name: trial_count(entry, searches[name]) for name, entry in entries.items()}
    check_kind(kind_of(images), entries)
    check_select(config["select"], images, trials)
    return Case(config, sheet, images, problems, searches, trials)


def case_of_run(config, schemas, dry, files=()):
    """The Case of a run: as `read_case`, and what is wrong is an error that Snakemake prints as it is.

    `files` (paths) are the user's config files, in which no key may stand twice.
    """
    from snakemake.exceptions import WorkflowError

    try:
        check_repeated(files)
        return read_case(config, schemas, dry)
    except InputError as error:
        raise WorkflowError(f"ferrotune: {error}") from None
