"""Damage of the stores of a finished series: every kind, in every array of every store."""

import shutil

import zarr

from faults.outcome import Fault
from faults.series import contents, differences, said_to_user
from ferrotune.errors import DamagedStore
from ferrotune.files.stores import read_store
from helpers.damage import DAMAGES, damage


def _stores(folder):
    """Stores (path, names of their arrays) below a folder; the groups inside a store are part of it."""
    for path in sorted(folder.rglob("*.zarr")):
        yield path, sorted(zarr.open_group(str(path), mode="r").array_keys())


def _noticed(path, name):
    """Whether the store at a path is said to be damaged, where all that a reader may ask for is read."""
    try:
        attributes = read_store(path, name)[1]
        read_store(path)
        attributes["ferrotune_version"]
    except DamagedStore as error:
        return str(path) in str(error) and "run again" in str(error)
    return False


def every_damage_noticed(finished, folder):
    """Read each store after each kind of damage to each of its arrays."""
    fault = Fault(
        "a file of a store cut short, emptied, lost, or with one bit flipped; an array or its shape changed",
        "one line: the store, what is wrong, and to remove it and run again",
    )
    for path, names in _stores(finished.results()):
        for name in names:
            full = any((path / name / "c").rglob("*"))
            for kind in DAMAGES:
                if not full and kind in ("cut chunk", "empty chunk", "lost chunk", "flipped bit"):
                    continue  # an array of size 0 has no chunk
                copied = folder / "s.zarr"
                shutil.copytree(path, copied)
                damage(copied, name, kind)
                fault.tried += 1
                if not _noticed(copied, name):
                    fault.check(False, f"{path}: {name}: {kind} was not noticed")
                shutil.rmtree(copied)
    return fault


def damage_ends_a_run_in_one_line(finished, reference, folder, cases):
    """A damaged store that a job reads ends the run in one line; after its advice the results are those of before.

    cases : list of (store, array, kind, result to make again), paths relative to the results
    """
    fault = Fault("the same in a run", "the same line; after its advice, the same bytes")
    for number, (store, name, kind, result) in enumerate(cases):
        series = finished.copy(folder / str(number))
        damage(series.results(store), name, kind)
        made = series.results(result)
        shutil.rmtree(made) if made.is_dir() else made.unlink()
        fault.tried += 1
        fault.schedule([store, name, kind])
        target = str(made.relative_to(series.folder))
        status, said = series.done(target)
        errors, traceback = said_to_user(said)
        fault.check(status != 0 and not traceback and any(store in line for line in errors), said)
        shutil.rmtree(series.results(store))
        status, said = series.mended(target)
        fault.check(status == 0, said)
        fault.runs += 1
        fault.lost += differences(contents(series.results()), reference)
    return fault
