"""The tiny case, finished, and new ones to be had."""

import pytest

from helpers.case import Case


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The tiny case, run once; tests must not change it."""
    case = Case(tmp_path_factory.mktemp("workflow") / "finished")
    process = case.run(record=True)
    assert process.returncode == 0, process.stdout[-4000:]
    return case


@pytest.fixture
def new_case(tmp_path):
    """Make a case of one's own: new_case(rows=..., **config)."""

    def make(**changes):
        return Case(tmp_path / f"case{len(list(tmp_path.iterdir()))}", **changes)

    return make
