"""The networks: encoders and decoders of loops, small and as the authors have them."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import pad

from ferrotune.loop_vae.architecture import BETAS
from ferrotune.loop_vae.shifts import ShiftedAxis, lengthened

# Of the authors' architecture (Qin et al., Adv. Mater. 34, 2202814 (2022))
WIDE, BLOCKS, DROPOUT = 128, 3, 0.2


def _bilstm(inputs, hidden):
    return nn.LSTM(inputs, hidden, batch_first=True, bidirectional=True)


def beta_input(beta):
    """Beta (n,) as the networks take it, (n, 1): -1 to 1 over BETAS, by its logarithm."""
    low, high = map(math.log, BETAS)
    return (2 * (beta.log() - low) / (high - low) - 1)[:, None]


class ResidualBlock(nn.Module):
    """Two bidirectional LSTM layers with dropout, added to what comes in; then ReLU and layer normalisation."""

    def __init__(self, inputs):
        super().__init__()
        self.one, self.two = _bilstm(inputs, WIDE), _bilstm(2 * WIDE, WIDE)
        self.past = nn.Identity() if inputs == 2 * WIDE else nn.Linear(inputs, 2 * WIDE)
        self.drop, self.norm = nn.Dropout(DROPOUT), nn.LayerNorm(2 * WIDE)

    def forward(self, steps):
        """Steps (n, step, 256) of steps (n, step, p)."""
        inner = self.drop(self.one(steps)[0])
        return self.norm((self.drop(self.two(inner)[0]) + self.past(steps)).relu())


class AuthorsLayers(nn.Module):
    """The authors' LSTM layers: three residual blocks and one layer, before or after these."""

    def __init__(self, inputs, layer_first):
        super().__init__()
        self.first = _bilstm(inputs, WIDE) if layer_first else nn.Identity()
        inputs = 2 * WIDE if layer_first else inputs
        self.blocks = nn.Sequential(*(ResidualBlock(inputs if not n else 2 * WIDE) for n in range(BLOCKS)))
        self.final = nn.Identity() if layer_first else _bilstm(2 * WIDE, WIDE)

    def forward(self, steps):
        """Steps (n, step, 256), and the last state of each direction, (n, 256), of the last layer."""
        steps = self.first(steps)
        steps = steps[0] if isinstance(steps, tuple) else steps
        steps = self.blocks(steps)
        if isinstance(self.final, nn.Identity):
            return steps, None
        steps, (state, _) = self.final(steps)
        return steps, torch.cat([*state], -1)


class SmallLayers(nn.Module):
    """One bidirectional LSTM layer."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.lstm = _bilstm(inputs, hidden)

    def forward(self, steps):
        """Steps (n, step, 2 * hidden), and the last state of each direction, (n, 2 * hidden)."""
        steps, (state, _) = self.lstm(steps)
        return steps, torch.cat([*state], -1)


def in_blocks(values, block):
    """Values (n, step) in blocks, (n, ceil(step / block), block); the last value is repeated to fill the last one."""
    return pad(values, (0, -values.shape[1] % block), mode="replicate").unflatten(1, (-1, block))


class Encoder(nn.Module):
    """Network that gives the mean and the logarithm of the variance of z, and of the shift, of loops (n, step)."""

    def __init__(self, architecture):
        super().__init__()
        self.architecture, authors = architecture, architecture.architecture == "authors"
        self.block = 1 if authors else architecture.block
        inputs = self.block + architecture.amortised
        wide = 2 * (WIDE if authors else architecture.hidden)
        self.layers = AuthorsLayers(inputs, layer_first=False) if authors else SmallLayers(inputs, wide // 2)
        self.dense = nn.Linear(wide, architecture.latent) if authors else None
        outputs = 2 * architecture.latent + 2 * architecture.shifted
        self.last = nn.Linear(architecture.latent if authors else wide, outputs)

    def forward(self, loops, beta):
        """Outputs (n, 2 * latent + 2 where there is a shift), and the mean L1 norm of the authors' dense layer."""
        steps = in_blocks(loops, self.block)
        if self.architecture.amortised:
            steps = torch.cat([steps, beta_input(beta)[:, None].expand(-1, steps.shape[1], -1)], -1)
        state = self.layers(steps)[1]
        if self.dense is None:
            return self.last(state), 0.0
        dense = self.dense(state).relu()
        return self.last(dense), dense.abs().sum(-1).mean()


class Decoder(nn.Module):
    """Network that gives loops on the canonical axis of latent variables z (n, latent)."""

    def __init__(self, architecture):
        super().__init__()
        self.architecture, authors = architecture, architecture.architecture == "authors"
        self.block = 1 if authors else architecture.block
        wide = architecture.latent if authors else 2 * architecture.hidden
        self.first = nn.Linear(architecture.latent + architecture.amortised, wide)
        self.count = -(-architecture.canonical // self.block)
        if authors:
            self.layers, outputs = AuthorsLayers(wide, layer_first=True), 2 * WIDE
        else:
            self.layers, outputs = SmallLayers(wide + self.block, architecture.hidden), 2 * architecture.hidden
        self.last = nn.Linear(outputs, self.block)
        self.register_buffer("voltage", torch.zeros(architecture.canonical))
        self.mean = nn.Parameter(torch.zeros(architecture.canonical), requires_grad=not authors)

    def forward(self, z, beta):
        """Loops (n, canonical step)."""
        content = torch.cat([z, beta_input(beta)], -1) if self.architecture.amortised else z
        steps = self.first(content)
        steps = steps if self.architecture.architecture == "authors" else steps.tanh()
        steps = steps[:, None].expand(-1, self.count, -1)
        if self.architecture.architecture == "small":
            driven = in_blocks(self.voltage[None], self.block).expand(len(z), -1, -1)
            steps = torch.cat([steps, driven], -1)
        decoded = self.last(self.layers(steps)[0]).flatten(1)[:, : self.architecture.canonical]
        return decoded + self.mean


class LoopVAE(nn.Module):
    """Variational autoencoder of scaled loops (n, step) whose networks are LSTMs."""

    def __init__(self, architecture):
        super().__init__()
        self.architecture = architecture
        self.encoder, self.decoder = Encoder(architecture), Decoder(architecture)
        self.shifts = ShiftedAxis(architecture) if architecture.shifted else None
        self.register_buffer("mean", torch.zeros(architecture.steps))

    def initialise(self, loops, axis):
        """Begin with the mean of loops (n, step) and with the axis (step,), a voltage."""
        architecture = self.architecture
        if architecture.architecture == "authors":
            return  # theirs knows neither
        mean = loops.mean(0)
        self.mean.copy_(mean)
        longer = [lengthened(np.asarray(v, float), architecture.lengths, architecture.reach) for v in (mean, axis)]
        self.decoder.mean.data.copy_(torch.as_tensor(longer[0]))
        self.decoder.voltage.copy_(torch.as_tensor(longer[1] / max(np.abs(longer[1]).max(), 1e-9)))

    def encode(self, loops, beta):
        """Mean and log-variance of z, (n, latent) each, of the shift, (n, 0 or 1), and the L1 norm."""
        latent = self.architecture.latent
        out, norm = self.encoder(loops - self.mean, beta)
        mean, logvar, shift = out.split([latent, latent, out.shape[1] - 2 * latent], -1)
        return (torch.cat([mean, shift[:, :1]], -1), torch.cat([logvar, shift[:, 1:]], -1)), norm

    def decode(self, z, beta):
        """Loops (n, step) of z (n, latent), and of its last column the shift in its prior's standard deviations."""
        latent = self.architecture.latent
        canonical = self.decoder(z[:, :latent], beta)
        if self.shifts is None:
            return canonical
        return self.shifts(canonical, self.architecture.spread * z[:, latent])

    def sort_latents(self, information):
        """Renumber the latent variables by falling `information` (latent,): the mean KL divergence of each."""
        order = torch.argsort(information, descending=True, stable=True)
        both = torch.cat([order, order + len(order)])
        with torch.no_grad():
            for ends in (self.encoder.last.weight, self.encoder.last.bias):
                ends[: len(both)] = ends[both].clone()
            begins = self.decoder.first.weight
            begins[:, : len(order)] = begins[:, order].clone()
