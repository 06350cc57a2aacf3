"""The series of the paper's figures: it has the images and pipelines that they need."""

from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from ferrotune.errors import InputError
from ferrotune.workflow.paper_figures import COUNTERPARTS, SEARCHES, counterparts
from ferrotune.workflow.sample_sheet import read_sheet

CONFIG = Path(__file__).parents[3] / "config"


def read(name):
    return yaml.safe_load((CONFIG / name).read_text())


@pytest.fixture
def config():
    """The defaults with the overlay of the paper's figures."""
    config = read("config.yaml")
    update_config(config, read("paper_figures.yaml"))
    return config


def test_the_series_has_what_the_figures_need(config):
    pipelines = [name for name, pipeline in config["pipelines"].items() if pipeline is not None]
    images, problems = read_sheet(CONFIG.parent / config["images"], read("schemas/images.schema.yaml"))
    paths = counterparts("results/x", list(images), pipelines, "pdf")
    assert problems == [] and len(paths) == len(COUNTERPARTS) == 16
    assert paths[0] == "results/x/figures/images.pdf"
    assert {name for _, name in SEARCHES} == set(pipelines)  # each pipeline has a figure


def test_its_maps_are_those_of_the_overlay_for_maps(config):
    maps = read("maps.yaml")["pipelines"]
    for name in ("patch_gmm_window", "patch_gmm_mixture"):
        assert config["pipelines"][name] == maps[name]


def test_another_series_is_told_what_it_lacks():
    with pytest.raises(InputError, match="need image Sm_7; run make paper-figures"):
        counterparts("results/x", ["Sm_0", "Sm_10", "Sm_13", "Sm_20"], ["patch_gmm"], "png")
    with pytest.raises(InputError, match=r"need pipeline patch_gmm_window, \.\.\.; run"):
        counterparts("results/x", [image for image, _ in SEARCHES], ["patch_gmm"], "png")
