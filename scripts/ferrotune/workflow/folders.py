"""Folders that a run writes to, checked before it starts: Snakemake itself would end in a traceback."""

import os
from pathlib import Path

from ferrotune.errors import InputError

OF_SNAKEMAKE = ".snakemake"  # in the folder of the run
PACKAGE = Path(__file__).parents[1]


def _obstacle(folder):
    """What is in the way of writing in a folder that is there or can be made (str); None where nothing is."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        return f"{there} is no folder; remove it"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"no permission to write in {there}; ask for it"
    return None


def caches():
    """Variables (dict) of numba and matplotlib that keep their caches with the run, where the home cannot hold them.

    Without these numba ends in a traceback if it cannot write beside the source either, and matplotlib looks for its
    fonts again in every job.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if not _obstacle(home.absolute()):
        return {}
    here = Path(OF_SNAKEMAKE).absolute()
    numba = {"NUMBA_CACHE_DIR": str(here / "numba")} if _obstacle(PACKAGE) else {}
    return numba | {"MPLCONFIGDIR": str(here / "matplotlib")}


def download_cache(chosen=None):
    """Folder (Path) of the cache of downloads: the chosen one, else the user's, else one in the folder of the run.

    `chosen` (str or None) is the config's `download.cache`.
    """
    import pooch

    if chosen:
        return Path(chosen)
    own = Path(pooch.os_cache("ferrotune"), "downloads").absolute()
    return Path(OF_SNAKEMAKE, "downloads").absolute() if _obstacle(own) else own


def check_folders(results):
    """Check that a run can write where it has to.

    Parameters
    ----------
    results : path of the folder of the series, relative to the folder of the run

    Raises
    ------
    InputError
        Naming the folder that cannot be written, and why.
    """
    for name, patterns in ((OF_SNAKEMAKE, ("*",)), (results, ("*", "*/*"))):
        folder = Path(name).absolute()
        within = [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.suffix != ".zarr"]
        for path in (folder, *(path for path in within if path.is_dir())):
            if obstacle := _obstacle(path):
                raise InputError(f"{name} cannot be written: {obstacle}, or run in another folder (--directory)")
