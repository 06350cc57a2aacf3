"""The examples of CONTRIBUTING.md work as they stand there, on a drawn film."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import Pipeline, parameters_of
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.reward_config import with_objectives
from ferrotune.sites.sites import ARRAYS, Sites
from ferrotune.workflow.config import check_config

ROOT = Path(__file__).parents[2]
CELL = 10.0
EXAMPLES = {
    Path(path).relative_to("scripts/ferrotune"): block
    for block, path in re.findall(r"```python\n(# (\S+)\n.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
}


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Add the example of a room to this room, by its file alone; return the name of the example."""

    def add(kind):
        (path,) = (path for path in EXAMPLES if path.parent.name == kind)
        (tmp_path / path.name).write_text(EXAMPLES[path])
        package = importlib.import_module(f"ferrotune.{kind}")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        monkeypatch.delitem(sys.modules, f"ferrotune.{kind}.{path.stem}", raising=False)
        return path.stem

    return add


def film(folder):
    """Stores (paths by name) of an image whose A columns are brighter right of a straight wall; which columns are."""
    index = np.argwhere(np.ones((24, 26)))
    rng = np.random.default_rng(0)
    intensity = 1.0 + 0.5 * (index[:, 1] >= 12)
    arrays = {"yx": (("column", "axis"), CELL * (index + 1.0)), "sublattice": (("column",), np.zeros(len(index), int))}
    arrays |= {"amplitude": (("column",), intensity + 0.05 * rng.normal(size=len(index)))}
    arrays |= {"width": (("column",), intensity + 0.05 * rng.normal(size=len(index)))}
    write_store(folder / "columns.zarr", arrays, {"cell_px": CELL, "pixel_size_pm": 39.0})
    write_store(folder / "image.zarr", {"mask": (("y", "x"), np.ones((250, 270), bool))})
    return {name: folder / f"{name}.zarr" for name in ("columns", "image")}, intensity > 1


def test_there_is_an_example_of_each():
    assert {path.parent.name for path in EXAMPLES} == {"clusterings", "descriptors", "rewards"}


def test_the_added_parts_segment_a_drawn_film(added, tmp_path):
    names = {"descriptor": added("descriptors"), "reduction": "none", "clustering": added("clusterings")}
    assert all(name in parts.names(kind) for kind, name in names.items())
    config = {**names, "space": {"components": [2]}}
    assert list(parameters_of(config)) == ["components"]
    pipeline, (stores, bright) = Pipeline.from_config(config), film(tmp_path)
    descriptor = pipeline.part("descriptor")
    assert set(descriptor.NEEDS) == set(stores)
    descriptor.write(tmp_path / "store.zarr", stores, [pipeline.use], {"sites": "A", "subpixel": True}, 1, None)
    arrays, attributes = read_store(tmp_path / "store.zarr", *ARRAYS)
    sites = Sites.from_arrays(arrays, attributes["cell_px"])
    described = descriptor.open(tmp_path / "store.zarr", {"components": 2})
    (outcome,) = evaluate_batch([(0, {"components": 2})], pipeline, described, sites, 1)
    assert outcome.status == "ok", outcome.reason
    assert np.array_equal(outcome.labels, ~bright)
    assert outcome.rewards["length"] == pytest.approx(24, abs=2)


def test_the_config_may_name_an_added_part(added):
    import yaml

    config = with_objectives(yaml.safe_load((ROOT / "config" / "config.yaml").read_text()))
    schema = yaml.safe_load((ROOT / "config" / "schemas" / "config.schema.yaml").read_text())
    names = {"descriptor": added("descriptors"), "reduction": "none", "clustering": added("clusterings")}
    check_config({**config, "pipelines": {"mine": {**names, "space": {"components": [2, 3]}}}}, schema)


def test_the_added_reward_is_that_of_a_drawn_wall(added):
    from ferrotune.rewards import registry

    drawn = importlib.import_module("helpers.drawn")
    name = added("rewards")
    try:
        importlib.import_module(f"ferrotune.rewards.{name}")
        yx = drawn.grid(24)
        values = registry.score(drawn.drawn(yx[:, 1] > 0.5, drawn.sites_of(yx)), ["longest_wall"])
        assert values["longest_wall"] == pytest.approx(24, abs=1.5)
    finally:
        registry.REWARDS.pop("longest_wall", None)
