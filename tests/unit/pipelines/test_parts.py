"""The registries: what is documented is what there is."""

import re
from pathlib import Path

import pytest

from ferrotune.pipelines import parts
from ferrotune.pipelines.parameters import Parameter

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "configuration.md").read_text()


def documented(kind):
    """First two columns of the table of a kind (or of `parameter`): names to what stands beside them."""
    table = re.search(rf"^\| {kind} \|.*\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)[1]
    rows = [row.strip("|").split("|") for row in table.splitlines()]
    named = [(re.findall(r"`(\w+)`", row[0]), re.findall(r"`(\w+)`", row[1])) for row in rows]
    return {name: beside for names, beside in named for name in names}


@pytest.mark.parametrize("kind", parts.KINDS)
def test_every_part_is_documented_with_its_parameters(kind):
    known = {name: list(parts.part(kind, name).PARAMETERS) for name in parts.names(kind)}
    assert {name: sorted(p) for name, p in documented(kind).items()} == {n: sorted(p) for n, p in known.items()}


def test_every_parameter_is_documented():
    known = {p for kind in parts.KINDS for name in parts.names(kind) for p in parts.part(kind, name).PARAMETERS}
    tables = ("parameter", "rvae parameter", "lstm_vae parameter")
    assert {name for table in tables for name in documented(table)} == known


@pytest.mark.parametrize("kind", parts.KINDS)
def test_parts_say_what_their_parameters_are(kind):
    for name in parts.names(kind):
        for parameter in parts.part(kind, name).PARAMETERS.values():
            assert isinstance(parameter, Parameter) and "{}" in parameter.said
            assert parameter.schema.keys() & {"type", "anyOf"}
