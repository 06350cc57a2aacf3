"""The configuration that comes with ferrotune: config/config.yaml of its repository."""

from pathlib import Path

import yaml

from ferrotune.errors import InputError
from ferrotune.search.reward_config import with_objectives

CONFIG = Path(__file__).parents[3] / "config" / "config.yaml"


def default_config():
    """The default configuration (dict), with its objectives; InputError where its file is missing."""
    try:
        text = CONFIG.read_text()
    except OSError:
        raise InputError(
            f"config {CONFIG}: no such file; install ferrotune in place (pip install -e), or give pipelines and search"
        ) from None
    return with_objectives(yaml.safe_load(text))


def default_pipelines():
    """The pipelines of the default configuration.

    Returns
    -------
    dict of str to dict
        The entry of each pipeline: names of its descriptor, reduction and clustering, its space, and its search.

    Raises
    ------
    InputError
        If ferrotune is not installed in place, so that config/config.yaml is not there.

    Examples
    --------
    >>> cell_gmm = default_pipelines()["cell_gmm"]
    >>> cell_gmm["descriptor"], cell_gmm["reduction"], cell_gmm["clustering"]
    ('cells', 'none', 'gmm_field')
    >>> cell_gmm["space"]["radius"]
    [0, 0.5, 1, 1.5]
    """
    config = default_config()
    return {
        name: entry | {"search": config["search"] | entry.get("search", {})}
        for name, entry in config["pipelines"].items()
    }
