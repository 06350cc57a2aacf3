"""The examples in docstrings are executed, and what a notebook calls has one."""

import doctest
import importlib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
# Public modules with an example. Found by their text: importing all modules takes seconds.
EXAMPLES = [
    ".".join(path.relative_to(SCRIPTS).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(SCRIPTS.glob("ferrotune/**/*.py"))
    if ">>> " in path.read_text() and (path.stem == "__init__" or not path.stem.startswith("_"))
]
CALLED = [  # from a notebook
    "ferrotune.notebook.defaults.default_pipelines",
    "ferrotune.notebook.descriptions.describe_sites",
    "ferrotune.notebook.results.open_results",
    "ferrotune.notebook.stages.locate_columns",
    "ferrotune.notebook.stages.measure_cells",
    "ferrotune.notebook.stages.prepare_image",
    "ferrotune.notebook.trials.evaluate_setting",
    "ferrotune.notebook.trials.run_search",
    "ferrotune.simulation.film.simulate",
    "ferrotune.images.normalisation.prepare",
    "ferrotune.columns.lattice.find_lattice",
    "ferrotune.columns.finding.find_columns",
    "ferrotune.cells.unit_cells.build_cells",
    "ferrotune.walls.finding.find_walls",
    "ferrotune.front.pareto.front",
]


def examples(module):
    """Examples of a module's own public functions and classes."""
    found = doctest.DocTestFinder(exclude_empty=True).find(module)
    return [test for test in found if test.examples and not any(n.startswith("_") for n in test.name.split("."))]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_show_what_is_computed(name):
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    said = []
    for test in examples(importlib.import_module(name)):
        runner.run(test, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


@pytest.mark.parametrize("name", CALLED)
def test_what_a_notebook_calls_has_an_example(name):
    module, _, function = name.rpartition(".")
    parsed = doctest.DocTestParser().get_examples(getattr(importlib.import_module(module), function).__doc__)
    assert parsed, f"{name} has no example"
