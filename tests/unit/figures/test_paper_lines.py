"""Lines on the counterparts of the paper's figures: filled in, and about searches that there are."""

import re
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd
import pytest

from ferrotune.figures.paper_lines import render_lines, search_facts
from ferrotune.workflow.paper_figures import COUNTERPARTS, SEARCHES

TEMPLATE = (Path(__file__).parents[3] / "scripts" / "templates" / "paper_figures.md.j2").read_text()


def facts(answer="walls", trial=1):
    table = pd.DataFrame({"trial": [0, 1, 2], "status": ["ok", "ok", "failed: why"], "ari": [0.9, 0.812, np.nan]})
    return search_facts(table, {"wall_stands": np.array([True, True, False])}, {"trial": trial, "answer": answer})


def test_the_facts_are_those_of_the_selected_and_of_the_best_trial():
    found = facts()
    assert (found["trials"], found["usable"], found["walls"]) == (3, 2, 2)
    assert (found["ari"], found["best_ari"]) == (0.812, 0.9)


def test_a_search_without_an_answer_has_no_agreement():
    found = search_facts(
        pd.DataFrame({"trial": [0], "status": ["one_cluster"]}), {}, {"trial": None, "answer": "uniform"}
    )
    assert np.isnan(found["ari"]) and np.isnan(found["best_ari"]) and found["walls"] == 0


def test_every_figure_has_its_line_and_every_line_its_figure():
    page = render_lines(TEMPLATE, {"/".join(search): facts() for search in SEARCHES})
    assert re.findall(r"\((\w[^)]*)\.png\)", page) == list(COUNTERPARTS)
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert len(sections) == 15
    for section in sections:
        assert "**Agrees:**" in section and "**Differs:**" in section
    assert "{{" not in page and "0.812" in page


def test_a_line_about_a_search_that_there_is_not_is_refused():
    with pytest.raises(jinja2.UndefinedError):
        render_lines("{{ facts['Sm_0/other'].ari }}", {})
