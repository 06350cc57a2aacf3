"""Warm start: a model begins with the weights of a model of another window, pixel by pixel about the same middle."""

import torch
from torch.nn.functional import pad

from ferrotune.vae.architecture import SETTING_FIELDS

WINDOW = ("w1", "w2")
SAME = [name for name in SETTING_FIELDS if name != "dropout"]  # parameters that must be equal in both settings
# Arrays that are measured on the patches of the new model, or follow from its window.
OWN = ("encoder.mean", "encoder.spread", "encoder.turn.moment", "decoder.pixels", "decoder.sides")


def nearest_trial(setting, finished):
    """Number of the trial with the nearest window among those whose model has the same architecture; None for none.

    Parameters
    ----------
    setting : dict, complete
    finished : dict of trial number to complete setting, of trials that left a model

    Notes
    -----
    Of equally near trials the one with the lowest number is taken, so that the choice does not depend on the order
    of evaluation.
    """
    distances = {
        trial: sum(abs(other[side] - setting[side]) for side in WINDOW)
        for trial, other in sorted(finished.items())
        if all(other[name] == setting[name] for name in SAME)
    }
    return min(distances, key=distances.get, default=None)


def _resized(pixels, before, after, mode):
    """Values (n, y * x) of pixels on a grid of another size about the same middle; the rim is filled as `pad` does."""
    around = []
    for old, new in zip(before[::-1], after[::-1], strict=True):
        more = new - old
        around += [more // 2, more - more // 2]
    grid = pixels.reshape(-1, 1, *before)
    inner = [min(side, 0) for side in around]
    outer = [max(side, 0) for side in around]
    return pad(pad(grid, inner), outer, mode=mode).flatten(1)


def copy_weights(net, earlier):
    """Copy the weights of an earlier model of another window into an initialised one.

    The encoder's weights of new pixels are zero. The decoder repeats at new pixels the weights of the rim.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE, changed in place
    earlier : ferrotune.vae.model.RVAE of the same architecture except for the window
    """
    old, new = earlier.architecture, net.architecture
    weights = {name: w.clone() for name, w in earlier.state_dict().items()}
    for name in [name for name in weights if name.endswith("hidden.0.weight") and name.startswith("encoder")]:
        pixels, classes = weights[name].split([weights[name].shape[1] - old.kinds, old.kinds], dim=1)
        weights[name] = torch.cat([_resized(pixels, old.window, new.window, "constant"), classes], dim=1)
    if new.decoder == "grid":
        for name in ("decoder.last.weight", "decoder.last.bias", "decoder.mean"):
            w = weights[name]
            rows = w.T if name.endswith("weight") else w.reshape(-1, w.shape[-1])
            resized = _resized(rows, old.canvas, new.canvas, "replicate")
            weights[name] = resized.T if name.endswith("weight") else resized.reshape(*w.shape[:-1], -1)
    else:  # its coordinates are in halves of the longer side
        weights["decoder.place.weight"] *= max(new.window) / max(old.window)
    net.load_state_dict({name: w for name, w in weights.items() if name not in OWN}, strict=False)
