"""The digest of a script's code changes with what it imports, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from ferrotune.workflow import provenance

SCRIPTS = Path(__file__).parents[3] / "scripts"


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
        ("columns.py", "columns.py"),  # imported by the script
        ("columns.py", "fitting/refinement.py"),  # by what it imports
        ("columns.py", "errors.py"),
        ("evaluate.py", "walls/finding.py"),
        ("evaluate.py", "rewards/energy.py"),  # a registry finds its files by itself
        ("suggest.py", "space.py"),
        ("front.py", "pareto.py"),
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
        ("simulate.py", "columns.py"),
        ("cells.py", "rewards/energy.py"),
        ("front.py", "simulate.py"),
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
