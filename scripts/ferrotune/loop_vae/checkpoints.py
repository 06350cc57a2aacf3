"""Checkpoints of models of loops: a trained model as the arrays and attributes of a store, and back."""

from dataclasses import asdict

import numpy as np
import torch

from ferrotune.loop_vae.architecture import LoopArchitecture
from ferrotune.loop_vae.network import LoopVAE
from ferrotune.vae.epochs import Trained

LOSSES = ("training_loss", "heldout_loss")


def loops_to_checkpoint(trained, how):
    """Turn a ferrotune.vae.epochs.Trained, trained as a LoopTraining says, into arrays and attributes (dicts)."""
    arrays = {name: tensor.cpu().numpy() for name, tensor in trained.net.state_dict().items()}
    curve = -np.array(trained.curve, np.float32).reshape(-1, len(LOSSES))
    arrays |= dict(zip(LOSSES, curve.T, strict=True))
    attributes = {"architecture": asdict(trained.net.architecture), "training": asdict(how)}
    return arrays, attributes | {"best_epoch": trained.best}


def loops_from_checkpoint(arrays, attributes):
    """Restore the Trained from the arrays and attributes (dicts) of a checkpoint."""
    options = attributes["architecture"]
    net = LoopVAE(LoopArchitecture(**options | {name: tuple(options[name]) for name in ("lengths", "directions")}))
    net.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in arrays.items() if name not in LOSSES})
    curve = [tuple(-float(v) for v in pair) for pair in zip(*(arrays[name] for name in LOSSES), strict=True)]
    return Trained(net.eval(), curve, attributes["best_epoch"])
