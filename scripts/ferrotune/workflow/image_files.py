"""Image files that a config names itself, without a sample sheet: `--config image=film.dm4`."""

import os
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from glob import escape, glob, has_magic
from pathlib import Path

from ferrotune.errors import NEXT_LINE, InputError
from ferrotune.files.entries import split_entry
from ferrotune.files.packed_stores import attributes_of
from ferrotune.files.tables import read_table
from ferrotune.workflow.sample_sheet import expanded, file_name, is_remote

SHEETS = (
    ".tsv",
    ".csv",
    ".txt",
    ".tab",
    ".xlsx",
    "",
)  # endings of sample sheets: `images` with another one is an image
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def names_files(config):
    """Whether a config names image files (True) or a sample sheet (False).

    Examples
    --------
    >>> names_files({"image": "film.dm4"}), names_files({"images": "data/*.dm4"}), names_files({"images": "my.tsv"})
    (True, True, False)
    """
    images = config.get("images")
    of_sheet = not isinstance(images, list) and Path(str(images or "")).suffix.lower() in SHEETS
    return config.get("image") is not None or not of_sheet


def _named(config):
    """What the config names (list of str): paths and patterns."""
    if config.get("image") is not None and config.get("images") is not None:
        raise InputError("config: image and images both name what to analyse; keep one of them")
    key = "image" if config.get("image") is not None else "images"
    named = config[key] if isinstance(config[key], list) else [config[key]]
    for name in named:
        if not isinstance(name, str) or not name:
            raise InputError(f"config: {key}: {name!r} is no path; put the path in quotes")
    if not named:
        raise InputError(f"config: {key}: the list is empty; name an image file")
    return named


def _files(name):
    """Paths (list of str) of what is named: a file, FILE#ENTRY, an address, or a pattern of files."""
    path = expanded(name)
    file, entry = split_entry(path)
    if is_remote(path) or Path(file).is_file():
        return [path]
    if Path(file).is_dir():
        raise InputError(f"image {name}: is a folder; name its files, for example {Path(file, '*.dm4')}")
    found = [match for match in sorted(glob(path, recursive=True)) if Path(match).is_file()]
    if not found and entry:
        matches = [match for match in sorted(glob(file, recursive=True)) if Path(match).is_file()]
        found = [f"{match}#{entry}" for match in matches]
    if found:
        return found
    if cut := sorted(glob(f"{escape(path)} #*")):
        raise InputError(f"image {name}: YAML takes what follows ' #' for a comment; write \"image=['{cut[0]}']\"")
    what = "no file has a name like this" if has_magic(file) else "no such file"
    raise InputError(f"image {name}: {what} in {Path.cwd()}; correct the path")


def image_paths(config):
    """List the image files that a config names under `image` or `images`.

    Parameters
    ----------
    config : dict
        Its `image` or `images` is a path, a pattern (`data/*.dm4`), or a list of both. Relative paths start at the
        folder of the run.

    Returns
    -------
    list of str, each file once

    Raises
    ------
    InputError
        With a line for each path and pattern that has no file.
    """
    found, wrong = [], []
    for name in _named(config):
        try:
            found += _files(name)
        except InputError as error:
            wrong.append(str(error))
    if wrong:
        raise InputError(NEXT_LINE.join(wrong))
    return list({path if is_remote(path) else os.path.abspath(path): path for path in found}.values())


def plain_name(text):
    """A name that is fit for a path: letters without accents, digits and `_ . -`; what else there is becomes `_`.

    Examples
    --------
    >>> plain_name("Größe #2 (Sm 7 %)"), plain_name("été"), plain_name("膜")
    ('Groesse_2_Sm_7', 'ete', 'image')
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(SPELLED))
    ascii_only = letters.encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", ascii_only).strip("_.-") or "image"


def _common_folder(paths):
    """Folder (Path) that holds all files, at whatever depth."""
    return Path(os.path.commonpath([Path(split_entry(path)[0]).absolute().parent for path in paths]))


def _names_by(path, folder):
    """Names (tuple of str) for an image, the shortest first: of its file, with its folders, with its ending too."""
    file, entry = (file_name(path), split_entry(path)[1]) if is_remote(path) else split_entry(path)
    whole = Path(file) if is_remote(path) else Path(os.path.relpath(Path(file).absolute(), folder))
    end = f"_{entry}" if entry else ""
    return tuple(plain_name(f"{text}{end}") for text in (whole.stem, whole.with_suffix(""), whole))


def image_names(paths):
    """Name each image after its file; files of one name get the names of their folders, and then their endings too.

    Parameters
    ----------
    paths : list of str, `FILE` or `FILE#ENTRY`

    Returns
    -------
    list of str, all different, fit for a path

    Examples
    --------
    >>> image_names(["day1/film.tif", "day2/film.tif", "day2/other.tif"])
    ['day1_film', 'day2_film', 'other']
    """
    local = [path for path in paths if not is_remote(path)]
    folder = _common_folder(local) if local else None
    choices = [_names_by(path, folder) for path in paths]
    names = [choice[0] for choice in choices]
    for longer in (1, 2):
        count = Counter(names)
        names = [n if count[n] == 1 else choice[longer] for n, choice in zip(names, choices, strict=True)]
    count = Counter(names)
    taken = {name for name in names if count[name] == 1}
    for i, name in enumerate(names):
        if count[name] > 1:
            numbered = (f"{choices[i][0]}_{number}" for number in range(1, len(names) + 1))
            names[i] = next(other for other in numbered if other not in taken)
            taken.add(names[i])
    return names


def with_series(config):
    """The config with a name of its series, where it names image files and no series.

    The name is that of the file, or of the folder that holds all the files.
    """
    if config.get("series") is not None or not names_files(config):
        return config
    paths = image_paths(config)
    local = [path for path in paths if not is_remote(path)]
    several = len(paths) > 1 and local
    return config | {"series": plain_name(_common_folder(local).name) if several else image_names(paths)[0]}


def image_rows(config, schema):
    """Rows of the images that a config names, as a sample sheet would have them.

    Parameters
    ----------
    config : dict, checked
    schema : dict, JSON schema of a row

    Returns
    -------
    dict of image name -> dict of its cells, None for an empty cell

    Raises
    ------
    InputError
        As `image_paths`.
    """
    paths, empty = image_paths(config), dict.fromkeys(schema["properties"])
    size = config.get("pixel_size")
    return {
        name: empty | {"image": name, "path": path, "pixel_size_pm": size}
        for name, path in zip(image_names(paths), paths, strict=True)
    }


def _source(store):
    """Path (str) of the file that a store of an image was imported from; None where there is no such store."""
    try:
        return attributes_of(store)["source"]
    except (OSError, ValueError, KeyError):
        return None


def check_series(results, rows):
    """Refuse (InputError) a folder of results that holds other images, or other files under the same names.

    A series that is named after its file could else replace another one unasked.
    """
    others = []
    with suppress(OSError, InputError):
        table = read_table(Path(results, "images.tsv"), ("image", "path"))
        others = [cells[table.header.index("image")] for cells in table.rows.values()]
    hint = "give this run a name of its own: series=NAME after --config"
    if others and not set(others) & set(rows):
        raise InputError(f"{results} holds the results of other images ({', '.join(others[:3])}); {hint}")
    for name, row in rows.items():
        earlier = _source(Path(results, name, "image.zarr"))
        moved = earlier is None or is_remote(earlier) or not Path(split_entry(earlier)[0]).is_file()
        if not moved and os.path.abspath(earlier) != os.path.abspath(row["path"]):
            raise InputError(f"image {row['path']}: {results}/{name} holds the results of {earlier}; {hint}")
