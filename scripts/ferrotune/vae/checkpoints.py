"""Checkpoints: a trained model as arrays of a store, and back."""

from dataclasses import asdict

import numpy as np
import torch

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.model import RVAE
from ferrotune.vae.training import Trained

CURVES = ("training_elbo", "heldout_elbo")


def checkpoint(trained, how):
    """Arrays (dict by name) and attributes of a ferrotune.vae.training.Trained, and how it was trained."""
    arrays = {name: tensor.cpu().numpy() for name, tensor in trained.net.state_dict().items()}
    curve = np.array(trained.curve, np.float32).reshape(-1, len(CURVES))
    arrays |= dict(zip(CURVES, curve.T, strict=True))
    return arrays, {"architecture": asdict(trained.net.of), "training": asdict(how), "best_epoch": trained.best}


def restored(arrays, attributes):
    """The ferrotune.vae.training.Trained of a checkpoint's arrays (dict of name to array) and attributes."""
    described = attributes["architecture"]
    net = RVAE(Architecture(**described | {name: tuple(described[name]) for name in ("window", "hidden")}))
    net.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in arrays.items() if name not in CURVES})
    curve = [tuple(map(float, pair)) for pair in zip(*(arrays[name] for name in CURVES), strict=True)]
    return Trained(net.eval(), curve, attributes["best_epoch"])
