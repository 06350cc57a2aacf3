"""Paths that name an entry inside a file: `FILE#ENTRY`."""

import os


def split_entry(path):
    """Split a path into a file and the entry that it names in it.

    A path whose whole text is an existing file (or folder) is that file, so that a name may hold `#`. Else the longest
    part before a `#` that exists is the file; where none does, what stands after the last `#` is the entry.

    Parameters
    ----------
    path : str or Path
        `FILE` or `FILE#ENTRY`; also an address.

    Returns
    -------
    file : str
    entry : str or None

    Examples
    --------
    >>> split_entry("series.emd#HAADF")
    ('series.emd', 'HAADF')
    >>> split_entry("image.tif")
    ('image.tif', None)
    """
    text = str(path)
    if "#" not in text or os.path.exists(text):  # of a name that is too long or none at all, it is False
        return text, None
    parts = text.split("#")
    cuts = ("#".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    file = next((cut for cut in cuts if cut and os.path.exists(cut)), text.rpartition("#")[0])
    return file, text[len(file) + 1 :] or None


def with_entry(file, path):
    """Path (str) of `file` with the entry, if any, that `path` names: the same entry of a copy of the file.

    Examples
    --------
    >>> with_entry("downloads/series.npy", "doi:10.5281/zenodo.4876786/series.npy#Sm_0_0")
    'downloads/series.npy#Sm_0_0'
    """
    entry = split_entry(path)[1]
    return str(file) if entry is None else f"{file}#{entry}"
