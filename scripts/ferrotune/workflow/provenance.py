"""Which code a script depends on, as a digest: an edit reruns what depends on it, and nothing else."""

import hashlib
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path
from pkgutil import iter_modules

FOLDER = Path(__file__).parents[2]


@cache
def code_digest(script, *modules):
    """SHA-256 (first 16 hex digits) over the package modules that a script imports, directly or not.

    A package that looks for its own modules (by pkgutil, as registries do) imports all of them.

    Parameters
    ----------
    script : str, name of a file in the scripts folder
    modules : str, names of further modules that it loads by their names, such as a pipeline's parts
    """
    finder = ModuleFinder(path=[str(FOLDER)])
    finder.run_script(str(FOLDER / script))
    for module in modules:
        finder.import_hook(module)
    for name in [name for name, m in finder.modules.items() if m.__path__ and "pkgutil" in m.globalnames]:
        for module in iter_modules(finder.modules[name].__path__):
            finder.import_hook(f"{name}.{module.name}")
    files = sorted(m.__file__ for name, m in finder.modules.items() if name.startswith("ferrotune"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(Path(file).name.encode() + b"\0" + Path(file).read_bytes())
    return digest.hexdigest()[:16]
