"""Signals and axes as HyperSpy 2 keeps them in a file (hspy)."""


def axis(name, size, scale=1.0, unit="", navigate=False):
    """An axis (dict) of `size` steps of `scale` units."""
    found = {"_type": "UniformDataAxis", "name": name, "size": size, "offset": 0.0, "scale": scale}
    return found | {"units": unit, "navigate": navigate, "is_binned": False}


def signal(title, data, axes, of_signal=None, **metadata):
    """A signal (dict) of data over axes (list of dict); `of_signal` and further parts of its metadata are dicts."""
    return {
        "data": data,
        "axes": axes,
        "metadata": {"General": {"title": title}, "Signal": {"signal_type": ""} | (of_signal or {})} | metadata,
        "original_metadata": {},
        "attributes": {"_lazy": False, "ragged": False},
        "learning_results": {},
        "models": {},
        "package_info": {"package": "hyperspy", "package_version": "2.0"},
        "tmp_parameters": {},
    }
