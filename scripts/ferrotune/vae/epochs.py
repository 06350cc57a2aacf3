"""Epochs of a training: the best one is kept, patience ends it, and it may be given up."""

import contextlib
import copy
from dataclasses import dataclass, field

import numpy as np
import pyro
import torch
from torch import nn

from ferrotune.errors import GivenUp

HELD_OUT = 0.1  # share of the training data by which the best epoch is chosen


@dataclass(frozen=True)
class Trained:
    """A trained model and the record of its training.

    Attributes
    ----------
    net : torch.nn.Module, with the parameters of the best epoch
    curve : list of (float, float), objective of the training data and of the held-out data in each epoch; larger is
        better
    best : int, number of the best epoch
    """

    net: nn.Module
    curve: list = field(default_factory=list)
    best: int = 0


def device():
    """Device of the tensors: the graphics card where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def cuda_devices():
    """Numbers (list) of the graphics cards whose random state is used."""
    return [torch.cuda.current_device()] if torch.cuda.is_available() else []


@contextlib.contextmanager
def reproducible(seed, threads=1):
    """Context in which torch has a seed and a number of threads; afterwards both are as before.

    The number of threads is fixed because the last digits of sums depend on it.
    """
    before = torch.get_num_threads()
    with torch.random.fork_rng(cuda_devices()), pyro.validation_enabled(False):
        torch.set_num_threads(threads)
        torch.manual_seed(seed)  # not Pyro's, which would set numpy's and Python's too
        pyro.clear_param_store()
        try:
            yield
        finally:
            torch.set_num_threads(before)


def _ask(watch, done, epochs, of_best):
    """Raise GivenUp if `watch` asks for it after some of the epochs; `of_best` gives the Trained so far."""
    if watch is None or done == epochs:
        return
    with torch.random.fork_rng(cuda_devices()):  # what the look draws does not change the training
        ended = watch(done, of_best)
    if ended:
        raise GivenUp(f"after {done} of {epochs} epochs")


def run_epochs(net, how, step, bound, finish, progress=iter, watch=None):
    """Train a model epoch by epoch.

    Parameters
    ----------
    net : torch.nn.Module, changed in place
    how : object with `epochs` (int, the most) and `patience`
        The training ends after `patience` epochs without a better held-out objective; None: it runs all epochs.
    step : function of the epoch, from 0, that trains the model and returns the objective of its training data
    bound : function that returns the objective of the held-out data; both objectives are better if larger
    finish : function of a model with the parameters of the best epoch that changes it in place
    progress : function that wraps the iterable of epochs, such as tqdm
    watch : function of the number of epochs done and of a function that gives the Trained so far, optional
        It is asked after each epoch but the last, and the training is given up where it returns True.

    Returns
    -------
    Trained

    Raises
    ------
    GivenUp
        If `watch` asks for it.
    ArithmeticError
        If the objective is not finite: the learning rate is too high.
    """
    curve, kept, best = [], None, 0

    def of_best(some):
        some.load_state_dict(kept)
        finish(some)
        return Trained(some, list(curve), best)

    epochs = progress(range(how.epochs))
    for epoch in epochs:
        net.train()
        curve.append((step(epoch), bound()))
        if not np.isfinite(curve[-1]).all():
            raise ArithmeticError("the training diverged: lower the learning_rate")
        if hasattr(epochs, "set_postfix"):
            epochs.set_postfix(training=f"{curve[-1][0]:.4g}", held_out=f"{curve[-1][1]:.4g}")
        if curve[-1][1] >= curve[best][1]:
            kept, best = copy.deepcopy(net.state_dict()), epoch
        if how.patience is not None and epoch - best >= how.patience:
            break
        _ask(watch, epoch + 1, how.epochs, lambda: of_best(copy.deepcopy(net)))
    return of_best(net)
