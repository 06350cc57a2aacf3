"""HDF5 files that lead to other files: by external links, external pixels or virtual datasets. They are refused.

What such a file shows is not in it: its checksum would say nothing of the image, and a file from someone else could
show what lies elsewhere on this machine.
"""

import h5py


def _leads(item):
    """Words on where a dataset's numbers are, if they are in another file; empty where they are in this one."""
    if item.external:
        return f"its numbers are in {item.external[0][0]}"
    if item.is_virtual:
        others = [source.file_name for source in item.virtual_sources() if source.file_name != "."]
        return f"it is put together from {others[0]}" if others else ""
    return ""


def outer_link(file):
    """Find something in an HDF5 file that leads to another file.

    Parameters
    ----------
    file : h5py.File

    Returns
    -------
    str
        The first such thing, and where it leads; empty where there is none.
    """
    waiting, seen = [file["/"]], set()
    while waiting:
        group = waiting.pop()
        place = h5py.h5o.get_info(group.id).addr
        if place in seen:  # groups may hold each other
            continue
        seen.add(place)
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                return f"{group.name.rstrip('/')}/{name} is a link to {link.filename}"
            if not isinstance(link, h5py.HardLink):
                continue
            item = group[name]
            if isinstance(item, h5py.Dataset) and (where := _leads(item)):
                return f"{item.name}: {where}"
            if isinstance(item, h5py.Group):
                waiting.append(item)
    return ""


def check_own(file):
    """Refuse (ValueError) an HDF5 file (h5py.File) that leads to another file."""
    if found := outer_link(file):
        raise ValueError(f"{found}, another file; put all data into one file")
