"""The digest of a script's code changes with what it imports, and with nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ferrotune.pipelines import parts
from ferrotune.workflow import provenance

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "scripts"


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """code_digest over a copy of the scripts folder, which the test may edit."""
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "FOLDER", tmp_path / "scripts")
    return provenance.code_digest.__wrapped__


def edit(module):
    path = provenance.FOLDER / "ferrotune" / module
    path.write_text(path.read_text() + "\n# edited\n")


def test_a_digest_is_short_and_the_same_again(digest):
    assert digest("columns.py") == digest("columns.py")
    assert len(digest("columns.py")) == 16 and int(digest("columns.py"), 16) >= 0


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("columns.py", "columns/finding.py"),  # imported by the script
        ("columns.py", "columns/fit/refinement.py"),  # by what it imports
        ("columns.py", "errors.py"),
        ("evaluate.py", "walls/finding.py"),
        ("evaluate.py", "rewards/energy.py"),  # a registry finds its files by itself
        ("suggest.py", "pipelines/space.py"),
        ("front.py", "front/pareto.py"),
    ],
)
def test_an_edit_of_what_a_script_imports_changes_it(digest, script, module):
    before = digest(script)
    edit(module)
    assert digest(script) != before


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("columns.py", "walls/finding.py"),
        ("simulate.py", "columns/finding.py"),
        ("cells.py", "rewards/energy.py"),
        ("front.py", "simulation/film.py"),
    ],
)
def test_an_edit_of_anything_else_does_not(digest, script, module):
    before = digest(script)
    edit(module)
    assert digest(script) == before


def test_an_edit_of_a_library_or_of_the_place_does_not(digest, tmp_path, monkeypatch):
    before = digest("columns.py")
    shutil.copytree(provenance.FOLDER, tmp_path / "elsewhere" / "scripts")
    monkeypatch.setattr(provenance, "FOLDER", tmp_path / "elsewhere" / "scripts")
    assert digest("columns.py") == before


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_every_script_has_one(script):
    assert len(provenance.code_digest(script)) == 16


def digested():
    """What the rules pass to `code_digest`: dict of script to text of its further arguments."""
    rules = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    return dict(re.findall(r"code_digest\(\"(\w+\.py)\"((?:, [^\n]*)?)\),?\n", rules))


def test_every_script_of_a_rule_is_digested():
    assert digested().keys() == {path.name for path in SCRIPTS.glob("*.py")}


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_a_script_whose_figures_print_the_texts_of_parts_is_digested_with_all_parts(script):
    words = any(file.endswith("figures/wording.py") for file in provenance.code_files(script))
    assert not words or digested()[script] == ", *PARTS"


@pytest.mark.parametrize("module", ["descriptors/patches.py", "reductions/pca.py", "clusterings/gmm.py"])
def test_an_edit_of_a_part_s_text_redraws_the_figures(digest, module):
    before = digest("pipeline_figures.py", *parts.module_names())
    edit(module)
    assert digest("pipeline_figures.py", *parts.module_names()) != before


def test_files_that_parts_load_inside_functions_are_digested(digest):
    before = digest("describe.py", "ferrotune.descriptors.cells")
    edit("descriptors/_cell_store.py")
    assert digest("describe.py", "ferrotune.descriptors.cells") != before


def test_a_new_version_number_alone_reruns_nothing(digest):
    before = digest("columns.py")
    edit("__init__.py")
    assert digest("columns.py") == before


# Rules that the tiny case of tests/workflow does not run; the others are tested there, with all that their jobs load.
@pytest.mark.parametrize(
    ("script", "modules"), [("halve.py", ()), ("download.py", ()), ("judge_rewards.py", ("ferrotune.rewards",))]
)
def test_what_a_script_loads_at_its_start_is_digested(script, modules):
    code = f"import sys, json, {script.removesuffix('.py')}; print(json.dumps(list(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, check=True)
    loaded = {name for name in json.loads(process.stdout) if name.startswith("ferrotune.")}
    files = {Path(file).relative_to(SCRIPTS).as_posix() for file in provenance.code_files(script, *modules)}
    held = {file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in files}
    assert loaded and loaded <= held
