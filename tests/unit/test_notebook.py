"""The notebook runs as it stands, on a film that it simulates."""

import runpy
from pathlib import Path

import matplotlib as mpl
import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.py"


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The notebook's variables and its figures, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figures = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    yield runpy.run_path(str(NOTEBOOK)), figures
    plt.close("all")


def test_it_runs_and_finds_the_domains(shown):
    variables, figures = shown
    assert [figure.axes[0].get_title() for figure in figures] == [
        "Columns in a part of the image",
        "Polarization of each unit cell",
        "Front of the search",
        "Labels and walls",
    ]
    assert variables["outcome"].status == "ok"
    assert variables["selected"].parameters["ari"] > 0.9
    assert len(variables["search"].walls()) > 0
    assert len(variables["search"].trials) == 24


def test_it_is_in_the_percent_format():
    text = NOTEBOOK.read_text()
    assert text.count("# %%\n") > 5 and text.count("# %% [markdown]\n") > 5
