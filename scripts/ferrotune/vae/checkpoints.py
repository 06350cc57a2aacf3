"""Checkpoints: a trained model as the arrays and attributes of a store, and back."""

from dataclasses import asdict

import numpy as np
import torch

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.epochs import Trained
from ferrotune.vae.model import RVAE

CURVES = ("training_elbo", "heldout_elbo")


def to_checkpoint(trained, training):
    """Turn a trained model into arrays and attributes.

    Parameters
    ----------
    trained : ferrotune.vae.training.Trained
    training : ferrotune.vae.training.Training, how it was trained

    Returns
    -------
    arrays (dict of name to array), attributes (dict of JSON values)
    """
    arrays = {name: tensor.cpu().numpy() for name, tensor in trained.net.state_dict().items()}
    curve = np.array(trained.curve, np.float32).reshape(-1, len(CURVES))
    arrays |= dict(zip(CURVES, curve.T, strict=True))
    attributes = {"architecture": asdict(trained.net.architecture), "training": asdict(training)}
    return arrays, attributes | {"best_epoch": trained.best}


def from_checkpoint(arrays, attributes):
    """Restore the ferrotune.vae.training.Trained from the arrays (dict) and attributes (dict) of a checkpoint."""
    options = attributes["architecture"]
    net = RVAE(Architecture(**options | {name: tuple(options[name]) for name in ("window", "hidden")}))
    net.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in arrays.items() if name not in CURVES})
    curve = [tuple(map(float, pair)) for pair in zip(*(arrays[name] for name in CURVES), strict=True)]
    return Trained(net.eval(), curve, attributes["best_epoch"])
