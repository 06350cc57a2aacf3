"""The house rules on files: rooms of a bounded size, thin scripts named after rules, names that say what things are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "scripts" / "ferrotune"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
RULE_FILES = sorted((ROOT / "rules").glob("*.smk"))
TOO_GENERAL = re.compile(r"(^|_)(utils?|helpers?|managers?|misc)(_|$)", re.IGNORECASE)
NOT_ROOMS = {"benchmarks"}  # folders of tests/unit that test what is beside the package


def lines(path):
    return len(path.read_text().splitlines())


def definitions(path):
    """Functions and classes of a module, methods too."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(("files", "most"), [(MODULES, 300), (RULE_FILES, 150), ([ROOT / "Snakefile"], 45)])
def test_a_file_holds_one_idea(files, most):
    assert files and {relative(path): lines(path) for path in files if lines(path) > most} == {}


def test_logic_of_rules_is_in_the_package():
    found = {path.name for path in RULE_FILES if re.search(r"^\s*def ", path.read_text(), re.MULTILINE)}
    assert found == {"common.smk"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_knows_snakemake_under_its_guard_only(path):
    above, guard, _ = path.read_text().partition('if __name__ == "__main__":')
    assert guard and "snakemake" not in above.lower()


def test_scripts_are_named_after_their_rules():
    """`describe_half` is the rule `describe` on another image: it inherits the script."""
    found = {}
    for path in RULE_FILES:
        for name, body in re.findall(
            r"^(?:rule|checkpoint) (\w+):\n(.*?)(?=^\S|\Z)", path.read_text(), re.MULTILINE | re.DOTALL
        ):
            if script := re.search(r'script:\s+"../scripts/(\w+)\.py"', body):
                found[name] = script[1]
    assert set(found) == {path.stem for path in SCRIPTS}
    assert {rule: script for rule, script in found.items() if rule != script} == {}


def test_no_name_says_nothing():
    places = [part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts]
    names = places + [node.name for path in MODULES for node in definitions(path)]
    assert [name for name in names if TOO_GENERAL.search(name)] == []


def test_what_is_public_has_a_docstring():
    lacking = []
    for path in MODULES:
        tree = ast.parse(path.read_text())
        public = [tree, *(node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))]
        names = [(getattr(node, "name", "module"), ast.get_docstring(node)) for node in public]
        lacking += [f"{relative(path)}: {name}" for name, text in names if not name.startswith("_") and not text]
    assert lacking == []


def test_shapes_and_units_stand_in_docstrings_and_not_in_annotations():
    """An annotation cannot say a shape or a unit: all functions have docstrings, and none has annotations."""
    annotated = []
    for path in MODULES:
        for node in definitions(path):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if node.returns or any(argument.annotation for argument in arguments):
                    annotated.append(f"{relative(path)}: {node.name}")
    assert annotated == []


def test_unit_tests_mirror_the_rooms():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    folders = {p.name for p in (ROOT / "tests" / "unit").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders - NOT_ROOMS <= rooms
    assert rooms - folders == {"notebook"}  # tested across rooms: test_results.py, test_analysis.py, test_notebook.py


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().split()) <= 900
