"""The store of spectra: channels, their forms, and the parameters of the loop function."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import savgol_filter

from ferrotune.errors import InputError
from ferrotune.files.stores import read_store, write_store
from ferrotune.loops.branches import half_range, is_loop
from ferrotune.loops.loop_function import PARAMETERS, fit_loops
from ferrotune.sites.sites import Sites

ALL = "all"  # in place of a channel: all of them, each in its own standard deviation
PARTS = "parameters"  # the form that is fitted
# Slopes are those of a parabola through so many steps: of single steps they are noise. Ours.
SLOPE = {"window_length": 7, "polyorder": 2, "deriv": 1, "mode": "interp"}
FURTHEST = 5.0  # robust standard deviations; clipped beyond: a loop that was not fitted must not become a cluster. Ours
TO_SIGMA = 1.4826


def _standardised(values):
    """Parameters (site, k), each minus its median over its robust standard deviation, clipped."""
    off = values - np.median(values, axis=0)
    sigma = TO_SIGMA * np.median(np.abs(off), axis=0)
    return np.clip(off / np.where(sigma > 0, sigma, 1.0), -FURTHEST, FURTHEST)


@dataclass(frozen=True)
class SpectraTable:
    """Spectra of all sites.

    Attributes
    ----------
    channels : dict of str to (site, step) float32
    axis : (step,) float
    yx : (site, 2) points of the grid
    parameters : dict of channel to (site, 9) float, of the loop function; only of channels that a space asked for
    """

    channels: dict
    axis: np.ndarray
    yx: np.ndarray
    parameters: dict

    @classmethod
    def open(cls, store):
        """Open a store of spectra."""
        arrays, attributes = read_store(store)
        channels = dict(zip(attributes["channels"], arrays["spectra"], strict=True))
        fitted = dict(zip(attributes["fitted"], arrays.get("parameters", ()), strict=True))
        return cls(channels, arrays["axis_values"], arrays["yx"], fitted)

    def _names(self, setting):
        """Channels (list of str) of a setting."""
        if setting["channel"] == ALL:
            return list(self.channels)
        if setting["channel"] not in self.channels:
            known = ", ".join([*self.channels, ALL])
            raise InputError(f"there is no channel {setting['channel']!r}; there are {known}")
        return [setting["channel"]]

    def loops(self, setting):
        """Spectra (site, step) float32 of the channel of a setting, of `all` the first, in its form.

        The form `parameters` has no spectra of its own: there they are raw.
        """
        loops = self.channels[self._names(setting)[0]]
        if setting["form"] == "normalised":
            off = loops - loops.mean(axis=1, keepdims=True)
            scale = off.std(axis=1, keepdims=True)
            return off / np.where(scale > 0, scale, 1.0)
        if setting["form"] == "derivative":
            return savgol_filter(loops, axis=1, **SLOPE).astype(np.float32)
        return loops

    def features(self, setting):
        """Descriptors (site, p) of a setting."""
        names = self._names(setting)
        if setting["form"] == PARTS:
            if not set(names) <= set(self.parameters):
                raise InputError("the store holds no parameters of this channel: describe the sites again")
            return np.hstack([_standardised(_with_logs(self.parameters[name])) for name in names])
        parts = [self.loops(setting | {"channel": name}) for name in names]
        return parts[0] if len(parts) == 1 else np.hstack([part / part.std() for part in parts])


def _with_logs(parameters):
    """Parameters (site, 9) with the logarithms of the lengths of rounding, which vary over decades."""
    return np.hstack([parameters[:, :5], np.log(parameters[:, 5:])])


def _fits(axis, channels, log):
    """Parameters of the loop function (channel, site, 9) of channels (dict of (site, step)); logs how well they fit."""
    half, _ = half_range(axis)
    if not is_loop(axis) or not half > 0:
        raise InputError("the axis does not go down and up: form parameters needs loops; use another form")
    found = []
    for name, spectra in channels.items():
        parameters, error = fit_loops(axis, spectra)
        log.info("%s: the loop function leaves %.3f of the range in the median", name, np.median(error))
        found.append(parameters)
    return np.stack(found)


def write_table(output, store, uses, log):
    """Write the store of spectra; `store` is the path of spectra.zarr, `uses` and `log` as in a descriptor."""
    arrays, attributes = read_store(store, "spectra", "axis_values", "yx", "mask")
    spectra, axis = arrays["spectra"], arrays["axis_values"]
    wanted = {name for use in uses for name in use["space"]["channel"]}
    unknown = wanted - {ALL, *attributes["channels"]}
    if unknown:
        known = ", ".join([*attributes["channels"], ALL])
        raise InputError(f"there is no channel {', '.join(sorted(unknown))}; there are {known}: correct the space")
    held = {
        "spectra": (("channel", "site", "step"), spectra),
        "axis_values": (("step",), axis),
        "yx": (("site", "axis"), arrays["yx"]),
    }
    asked = {name for use in uses if PARTS in use["space"]["form"] for name in use["space"]["channel"]}
    channels = dict(zip(attributes["channels"], spectra, strict=True))
    fitted = {name: of for name, of in channels.items() if asked & {name, ALL}}
    if fitted:
        held["parameters"] = (("fitted_channel", "site", "parameter"), _fits(axis, fitted, log))
    sites = Sites.of(arrays["yx"], arrays["mask"], attributes["cell_px"])
    kept = ("cell_px", "pixel_size_pm", "channels", "channel_units", "axis_name", "axis_unit", "units")
    kept = {name: attributes[name] for name in kept} | {"parameters": list(PARAMETERS), "fitted": list(fitted)}
    log.info("%d sites, %d steps, channels %s", len(arrays["yx"]), len(axis), ", ".join(attributes["channels"]))
    write_store(output, held | sites.arrays(), kept | {"sites_per_cell": 1, "dropped_sites": 0})
