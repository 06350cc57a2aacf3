"""The pins: equal in all three files, and nothing listed that nothing imports."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
MODULES = {"scikit-image": "skimage", "scikit-learn": "sklearn", "rosettasciio": "rsciio", "pyyaml": "yaml"}
MODULES |= {"matplotlib-scalebar": "matplotlib_scalebar", "pillow": "PIL", "pyro-ppl": "pyro", "pymaxflow": "maxflow"}
MODULES |= {"axe-core-python": "axe_core_python"}
PEERS = ("requirements.txt", "requirements-alone.txt")
BY_OTHERS = {"imagecodecs", "sparse"}  # imported by tifffile and RosettaSciIO, where a file needs them
COMMANDS = {"pytest-xdist", "snakemake", "ruff", "snakefmt", "import-linter"}  # run by the Makefile
COMMANDS |= {"snakemake-executor-plugin-slurm", "snakemake-executor-plugin-cluster-generic"}  # named by profiles


def pins(text):
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return dict(line.split("==") for line in lines if line)


def imported(folder):
    """Packages that a folder's files import; peers have a virtual environment of their own."""
    names = set()
    for path in (path for path in folder.rglob("*.py") if path.parent.name != "peers"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names


def test_conda_and_pip_pin_the_same():
    pip = (ROOT / "envs/requirements.txt").read_text().split()
    conda = yaml.safe_load((ROOT / "envs/ferrotune.yaml").read_text())["dependencies"][-1]["pip"]
    assert pip == conda
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pip)


def test_every_direct_requirement_is_pinned_as_it_was_asked_for():
    direct, resolved = (pins((ROOT / "envs" / name).read_text()) for name in ("requirements.in", "requirements.txt"))
    resolved = {name.lower().replace("_", "-"): version for name, version in resolved.items()}
    assert {name: resolved.get(name) for name in direct} == direct


def test_nothing_is_listed_that_nothing_imports():
    used = imported(ROOT / "scripts") | imported(ROOT / "tests")
    listed = pins((ROOT / "envs/requirements.in").read_text())
    assert [name for name in listed if MODULES.get(name, name) not in used | COMMANDS | BY_OTHERS] == []


def test_everything_imported_is_listed():
    listed = {MODULES.get(name, name) for name in pins((ROOT / "envs/requirements.in").read_text())}
    ours = {path.stem for folder in ("scripts", "tests") for path in (ROOT / folder).rglob("*.py")}
    ours |= {"ferrotune", "benchmarks", "faults", "fuzz", "helpers"}
    assert imported(ROOT / "scripts") | imported(ROOT / "tests") <= listed | ours | sys.stdlib_module_names


def test_peers_are_pinned_aside():
    peers, alone = (pins((ROOT / "tests/benchmarks" / name).read_text()) for name in PEERS)
    assert {"atomap", "botorch", "optuna"} <= peers.keys() and set(alone) == {"pyroved"}
    assert (
        not {"atomap", "botorch", "hyperspy", "optuna", "pyroved"}
        & pins((ROOT / "envs/requirements.txt").read_text()).keys()
    )


def test_the_package_asks_for_the_direct_requirements_at_run_time():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = dict(line.split(">=") for line in project["dependencies"])
    run_time = pins((ROOT / "envs/requirements.in").read_text().partition("# to test")[0])
    assert asked.keys() == run_time.keys()
    for name, least in asked.items():
        assert numbers(least) <= numbers(run_time[name])


def numbers(version):
    """A version as a tuple of int."""
    return tuple(map(int, version.split(".")))
