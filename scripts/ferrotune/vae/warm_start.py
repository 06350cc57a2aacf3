"""A model begins with what one of another window has learned: pixels that both have keep their weights."""

import torch
from torch.nn.functional import pad

from ferrotune.vae.architecture import BUILT

WINDOW = ("w1", "w2")
ALIKE = [name for name in BUILT if name != "dropout"]  # what of two settings may not differ


def nearest(setting, finished):
    """Trial (int) whose window is nearest to that of a setting, of those whose models are built alike; None for none.

    Parameters
    ----------
    setting : dict, complete
    finished : dict of trial number to complete setting, of trials that left a model

    Notes
    -----
    Of equally near ones the first, so that it does not hang on an order of evaluation.
    """
    apart = {
        trial: sum(abs(other[side] - setting[side]) for side in WINDOW)
        for trial, other in sorted(finished.items())
        if all(other[name] == setting[name] for name in ALIKE)
    }
    return min(apart, key=apart.get, default=None)


def _resized(pixels, before, after, mode):
    """Values (n, y * x) of pixels on a grid of another size about the same middle; rims as a `mode` of `pad`."""
    around = []
    for old, new in zip(before[::-1], after[::-1], strict=True):
        more = new - old
        around += [more // 2, more - more // 2]
    grid = pixels.reshape(-1, 1, *before)
    inner = [min(side, 0) for side in around]
    outer = [max(side, 0) for side in around]
    return pad(pad(grid, inner), outer, mode=mode).flatten(1)


def take_over(net, earlier):
    """Give a model that has begun (RVAE, changed in place) the weights of an earlier one of another window.

    Both are of one architecture but for the window. Of new pixels the encoder knows nothing yet, and the decoder
    draws on what was at the rim.
    """
    old, new = earlier.of, net.of
    weights = {name: w.clone() for name, w in earlier.state_dict().items()}
    for name in [name for name in weights if name.endswith("hidden.0.weight") and name.startswith("encoder")]:
        pixels, kinds = weights[name].split([weights[name].shape[1] - old.kinds, old.kinds], dim=1)
        weights[name] = torch.cat([_resized(pixels, old.window, new.window, "constant"), kinds], dim=1)
    if new.decoder == "grid":
        for name in ("decoder.last.weight", "decoder.last.bias", "decoder.mean"):
            w = weights[name]
            rows = w.T if name.endswith("weight") else w.reshape(-1, w.shape[-1])
            resized = _resized(rows, old.canvas, new.canvas, "replicate")
            weights[name] = resized.T if name.endswith("weight") else resized.reshape(*w.shape[:-1], -1)
    else:  # its coordinates are in halves of the longer side
        weights["decoder.place.weight"] *= max(new.window) / max(old.window)
    # measured on the patches that it is to be trained on
    own = ("encoder.mean", "encoder.spread", "encoder.turn.moment", "decoder.pixels", "decoder.sides")
    net.load_state_dict({name: w for name, w in weights.items() if name not in own}, strict=False)
