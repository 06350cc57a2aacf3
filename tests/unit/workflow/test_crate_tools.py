"""A crate names the script of each rule, also of rules that inherit the one of another."""

import re
from pathlib import Path

import pytest

from ferrotune.workflow.crate import ROOT, _tool

WITHOUT_SCRIPT = {"all", "export", "rewards", "paper_figures"}  # targets


def named_rules():
    """Names of the rules in all rule files and in the Snakefile, and of those that inherit."""
    found = []
    for file in [Path(ROOT, "Snakefile"), *sorted(Path(ROOT, "rules").glob("*.smk"))]:
        found += re.findall(r"^(?:rule|checkpoint) (\w+):|^use rule \w+ as (\w+)", file.read_text(), re.MULTILINE)
    return sorted({name for pair in found for name in pair if name})


@pytest.mark.parametrize("rule", [name for name in named_rules() if name not in WITHOUT_SCRIPT])
def test_each_rule_has_a_script_that_says_what_it_does(rule):
    script, said = _tool(rule)
    assert (ROOT / "scripts" / script).is_file() and said
