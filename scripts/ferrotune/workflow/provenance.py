"""The digest of a script's code: Snakemake reruns a job when the code that the job can load has changed."""

import hashlib
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path
from pkgutil import iter_modules

FOLDER = Path(__file__).parents[2]
VERSION = "ferrotune"  # the module that holds the version: a new version alone changes no result


def code_files(script, *modules):
    """List the files of the package's modules that a script can load.

    These are the modules that the script imports, directly or not, at the top of a file or inside a function. A
    package that looks for its own modules (with pkgutil, as the registry of rewards does) imports all of them.

    Parameters
    ----------
    script : str, name of a file in the folder of scripts
    modules : str, names of further modules that the script loads by name, such as the parts of a pipeline

    Returns
    -------
    list of str, sorted paths
    """
    finder = ModuleFinder(path=[str(FOLDER)])
    finder.run_script(str(FOLDER / script))
    for module in modules:
        finder.import_hook(module)
    for name in [name for name, m in finder.modules.items() if m.__path__ and "pkgutil" in m.globalnames]:
        for module in iter_modules(finder.modules[name].__path__):
            finder.import_hook(f"{name}.{module.name}")
    return sorted(m.__file__ for name, m in finder.modules.items() if name.startswith("ferrotune") and name != VERSION)


@cache
def code_digest(script, *modules):
    """Digest the code that a script can load.

    Parameters
    ----------
    script, modules : as in `code_files`

    Returns
    -------
    str, the first 16 hexadecimal digits of a SHA-256 over the names and contents of the files
    """
    digest = hashlib.sha256()
    for file in code_files(script, *modules):
        digest.update(Path(file).name.encode() + b"\0" + Path(file).read_bytes())
    return digest.hexdigest()[:16]
