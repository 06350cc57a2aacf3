"""The record of a selected segmentation: where its labels come from, so that they can be computed again and compared.

What the same input and the same code give on every machine also stands in the store itself. Packages and machine stand
in provenance.json alone, so that stores stay the same bytes everywhere.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.search.evaluation import trial_seed
from ferrotune.workflow.environment import machine, packages

NAME = "provenance.json"  # in the folder of a pipeline


@dataclass(frozen=True)
class Record:
    """What is known of how a segmentation was made.

    Attributes
    ----------
    same_everywhere : dict of JSON values
        image_sha256, labels_sha256, config_sha256, code (digests by script), seed, trial_seed (None without a trial).
    further : dict of JSON values
        source (path of the image), trial, chosen_by, config (as `ferrotune.workflow.conditions` gives it), machine,
        packages.
    """

    same_everywhere: dict
    further: dict


def labels_digest(labels):
    """SHA-256 (str) of labels (site,): of their bytes as int8."""
    return hashlib.sha256(np.ascontiguousarray(labels, np.int8).tobytes()).hexdigest()


def config_digest(config):
    """SHA-256 (str) of the parts of a config that shape a segmentation (dict of JSON values), whatever their order."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()


def record_of(image, selected, labels, seed, conditions):
    """Record of the segmentation that this process made.

    Parameters
    ----------
    image : dict, attributes of image.zarr: source and sha256, which images that a notebook made do not have
    selected : dict, attributes of selected.zarr: trial (None where none is shown) and chosen_by
    labels : (site,) int8
    seed : int, of the search
    conditions : dict, from `ferrotune.workflow.conditions.conditions`

    Returns
    -------
    Record
    """
    config = {key: value for key, value in conditions.items() if key != "code"}
    trial = selected["trial"]
    same = {
        "image_sha256": image.get("sha256"),
        "labels_sha256": labels_digest(labels),
        "config_sha256": config_digest(config),
        "code": conditions["code"],
        "seed": seed,
        "trial_seed": None if trial is None else trial_seed(seed, trial),
    }
    further = {
        "source": str(image.get("source", "")),
        "trial": trial,
        "chosen_by": selected["chosen_by"],
        "config": config,
        "machine": machine(),
        "packages": packages(),
    }
    return Record(same, further)


def write_record(record, path):
    """Write a Record to a path, as JSON."""
    Path(path).write_text(json.dumps(record.same_everywhere | record.further, indent=1) + "\n", encoding="utf-8")


def read_record(folder):
    """Read the record (dict: both parts together) of a pipeline's folder.

    Raises
    ------
    InputError
        Where there is none, or it is none.
    """
    path = Path(folder, NAME)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not {"image_sha256", "config", "seed", "machine", "packages"} <= found.keys():
            raise ValueError("it is incomplete")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; name an image and a pipeline of a finished run, and run it again if "
                         "it was made by an earlier version") from None  # fmt: skip
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run the workflow again") from None
    return found
