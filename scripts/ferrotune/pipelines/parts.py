"""The parts that form a pipeline: one file each, in descriptors/, reductions/ and clusterings/.

The file's name is the part's name: a new file is a new part, and the config may name it. Files whose names begin
with an underscore hold code that several parts share.
"""

import importlib
import pkgutil

KINDS = {"descriptor": "descriptors", "reduction": "reductions", "clustering": "clusterings"}


def module_name(kind, name):
    """Name of a part's module; `kind` is "descriptor", "reduction" or "clustering"."""
    return f"ferrotune.{KINDS[kind]}.{name}"


def names(kind):
    """Names (list of str) of all parts of a kind, in alphabetical order."""
    package = importlib.import_module(f"ferrotune.{KINDS[kind]}")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def module_names():
    """Names (list of str) of the modules of all parts."""
    return [module_name(kind, name) for kind in KINDS for name in names(kind)]


def part(kind, name):
    """Load the module of a part."""
    return importlib.import_module(module_name(kind, name))
