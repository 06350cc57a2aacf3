"""pyroVED's conditional rVAE, run in the peers' own environment: python pyroved_train.py INPUT.npz OUTPUT.npz

INPUT holds train and held (n, y, x) float32 in [0, 1]; train_kind and held_kind (n,) int; classes, latent, batch,
epochs, threads; learning_rate; hidden (layer,); seeds (seed,). OUTPUT gets seconds (seed, epoch), of
training alone, and elbo (seed, epoch), nats a pixel and patch of the held-out patches after each epoch.

Everything that is not said is as pyroVED has it: tanh, Bernoulli likelihood, rotation in radians with a standard
normal prior, Adam. Its trainer's own `evaluate` is not used: it also takes a step of the optimizer, whose momentum
moves the model while it is judged.
"""

import sys
import time
import types

import numpy as np
import torch

# pyroVED draws pictures with the one function that it needs torchvision for; nothing is drawn here.
for missing in ("torchvision", "torchvision.utils"):
    sys.modules[missing] = types.ModuleType(missing)
sys.modules["torchvision.utils"].make_grid = None
import pyroved  # noqa: E402  it needs the stub above
from pyroved.trainers import SVItrainer  # noqa: E402
from pyroved.utils import init_dataloader, to_onehot  # noqa: E402


def heldout_elbo(svi, loader):
    """ELBO, nats a pixel and patch, with one sample of the latents for each patch."""
    loss, pixels = 0.0, 0
    for patches, kind in loader:
        loss += svi.evaluate_loss(patches, kind)  # the negative ELBO, summed over the patches
        pixels += patches.numel()
    return -loss / pixels


def trained(given, seed):
    """Seconds (epoch,) and held-out ELBO (epoch,) of one training."""
    classes, batch = int(given["classes"]), int(given["batch"])
    hidden = given["hidden"].tolist()

    def loader(part, shuffle):
        kind = to_onehot(torch.from_numpy(given[f"{part}_kind"].astype(np.int64)), classes)
        pixels = torch.from_numpy(given[part]).flatten(1)  # its encoder can have a class beside flat patches only
        return init_dataloader(pixels, kind, batch_size=batch, shuffle=shuffle)

    train, held = loader("train", True), loader("held", False)
    model = pyroved.models.iVAE(
        given["train"].shape[1:],
        latent_dim=int(given["latent"]),
        invariances=["r"],
        c_dim=classes,
        hidden_dim_e=hidden,
        hidden_dim_d=hidden,
        seed=seed,
    )
    trainer = SVItrainer(model, lr=float(given["learning_rate"]), seed=seed)
    seconds, elbo = [], []
    for _ in range(int(given["epochs"])):
        start = time.perf_counter()
        trainer.step(train)
        seconds.append(time.perf_counter() - start)
        elbo.append(heldout_elbo(trainer.svi, held))
    return seconds, elbo


def main(source, target):
    """Train once a seed."""
    with np.load(source) as given:
        given = dict(given)
    torch.set_num_threads(int(given["threads"]))
    seconds, elbo = zip(*(trained(given, seed) for seed in given["seeds"].tolist()), strict=True)
    np.savez(target, seconds=seconds, elbo=elbo)


if __name__ == "__main__":
    main(*sys.argv[1:])
