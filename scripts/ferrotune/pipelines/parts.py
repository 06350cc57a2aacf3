"""The parts that a pipeline is composed of: one file each, in descriptors/, reductions/ and clusterings/.

A part is found by the name of its file: a new file is a new part, which the config may name. Files whose names begin
with an underscore are what the parts share.
"""

import importlib
import pkgutil

KINDS = {"descriptor": "descriptors", "reduction": "reductions", "clustering": "clusterings"}


def module_name(kind, name):
    """Name of the module that is a part: kind "descriptor", "reduction" or "clustering"."""
    return f"ferrotune.{KINDS[kind]}.{name}"


def names(kind):
    """Names (list of str) of the parts of a kind."""
    package = importlib.import_module(f"ferrotune.{KINDS[kind]}")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def part(kind, name):
    """The module that is a part."""
    return importlib.import_module(module_name(kind, name))
