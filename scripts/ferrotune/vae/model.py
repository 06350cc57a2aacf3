"""The model: a patch is an image on a canonical grid, decoded from latent variables, that is shifted and rotated.

The encoder gives the posteriors of the rotation angle, the shift and the latent variables z of a patch. Encoder and
decoder are told the class of the site (A or B column), so that z need not carry it.
"""

import math
from itertools import pairwise

import pyro
import pyro.distributions as dist
import torch
from pyro import poutine
from torch import nn
from torch.nn.functional import one_hot, pad, softplus

from ferrotune.vae.affine import affine_matrices, first_moment, resample
from ferrotune.vae.wrapped_normal import UniformAngle, WrappedNormal, angle_scale

GAIN = 0.1  # of the standardised pixels that the encoder takes: with more it learns its patches by heart; measured
NOISE_RATE = 0.2  # weight of a batch in the running estimate of the noise


def _layers(sizes, dropout):
    """Fully connected layers with tanh between them."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.Tanh()] + ([nn.Dropout(dropout)] if dropout else [])
    return nn.Sequential(*layers)


def _class_means(patches, classes):
    """Mean patch (kinds, y * x) of each class."""
    return classes.T @ patches / classes.sum(0).clamp(min=1)[:, None]


def _variance_in_classes(patches, classes):
    """Variance of the pixels about the mean patch of their class."""
    return float((patches - classes @ _class_means(patches, classes)).var())


class AngleEncoder(nn.Module):
    """Network that gives the posterior of the rotation angle of patches (n, y * x), from inputs (n, p).

    The mean of the posterior is the direction of the sum of two vectors: the first angular moment of the patch, which
    rotates with the patch, and a vector from a network. So the decoder sees patches that are rotated back from the
    first step on. A network alone was found to end where the other latent variables carry the angle. Ours.
    """

    def __init__(self, architecture, p):
        super().__init__()
        self.hidden = _layers([p, *architecture.hidden], architecture.dropout)
        self.last = nn.Linear(architecture.hidden[-1], 3)  # cosine, sine, scale
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.register_buffer("moment", first_moment(architecture.window))

    def scale_moment(self, patches):
        """Divide the moment by its root mean square over these patches."""
        self.moment /= (patches @ self.moment).pow(2).sum(-1).mean().sqrt()

    def ignore_moment(self):
        """Begin with no rotation: for patches of a lattice the moment is noise."""
        self.moment.zero_()
        self.last.bias.data[0] = 1.0

    def forward(self, patches, inputs):
        """WrappedNormal of each patch, rad."""
        raw = self.last(self.hidden(inputs))
        x, y = (raw[..., :2] + patches @ self.moment).unbind(-1)
        return WrappedNormal(torch.atan2(y, x), angle_scale(raw[..., 2]))


class Encoder(nn.Module):
    """Network that gives the posteriors of the latent variables of patches (n, y * x) of classes (n, kinds).

    The angle is found first. The other variables are found from the patch rotated back by this angle, so that they
    need not be learned again for every rotation. Ours; a single network was found to leave z unused.
    """

    def __init__(self, architecture):
        super().__init__()
        self.architecture = architecture
        inputs = math.prod(architecture.window) + architecture.kinds
        # mean and standard deviation of z and of the shift; weights of the discrete latent classes
        self.sizes = [
            2 * architecture.latent,
            4 * architecture.shifted,
            architecture.states * architecture.discrete,
        ]
        # checkpoints hold the names `turn` and `spread`
        self.turn = AngleEncoder(architecture, inputs) if architecture.rotated else None
        self.hidden = _layers([inputs, *architecture.hidden], architecture.dropout)
        self.last = nn.Linear(architecture.hidden[-1], sum(self.sizes))
        self.register_buffer("mean", torch.zeros(architecture.kinds, math.prod(architecture.window)))
        self.register_buffer("spread", torch.ones(()))

    def standardise(self, patches, classes):
        """Take mean and standard deviation of the inputs from these patches, and the scale of the moment."""
        self.mean.copy_(_class_means(patches, classes))
        self.spread.copy_((patches - classes @ self.mean).std())
        if self.turn is not None:
            self.turn.scale_moment(patches)
            with torch.no_grad():
                back = self._rotated_back(patches, self.turn(patches, self._inputs(patches, classes)).loc)
            if _variance_in_classes(patches, classes) < _variance_in_classes(back, classes):
                self.turn.ignore_moment()

    def _inputs(self, patches, classes):
        """Inputs of the networks (n, y * x + kinds): standardised patches, and their classes."""
        return torch.cat([(patches - classes @ self.mean) / self.spread * GAIN, classes], -1)

    def _rotated_back(self, patches, angle):
        """Patches (n, y * x) rotated back by their angle (n,), rad, about their middle."""
        window = self.architecture.window
        matrices = affine_matrices(window, window, angle.shape, -angle, None)
        return resample(patches.reshape(-1, 1, *window), matrices, window)

    def forward(self, patches, classes):
        """Posteriors (dict of name to distribution) of each patch."""
        inputs, found = self._inputs(patches, classes), {}
        if self.turn is not None:
            found["angle"] = self.turn(patches, inputs)
            inputs = self._inputs(self._rotated_back(patches, found["angle"].loc.detach()), classes)
        z, shift, logits = self.last(self.hidden(inputs)).split(self.sizes, -1)
        mean, raw = z.chunk(2, -1)
        found["z"] = dist.Normal(mean, softplus(raw) + 1e-4).to_event(1)
        if self.architecture.shifted:
            scale = self.architecture.shift_spread
            mean, raw = scale * shift[..., :2], shift[..., 2:]
            found["shift"] = dist.Normal(mean, scale * (softplus(raw) + 1e-4)).to_event(1)
        if self.architecture.discrete:
            found["state"] = dist.OneHotCategorical(logits=logits)
        return found


class GridDecoder(nn.Module):
    """Network that decodes an image on the canonical grid, which is then shifted and rotated onto the patch."""

    def __init__(self, architecture):
        super().__init__()
        self.architecture = architecture
        self.hidden = _layers([architecture.content, *architecture.hidden[::-1]], 0)
        self.last = nn.Linear(architecture.hidden[0], math.prod(architecture.canvas))
        self.mean = nn.Parameter(torch.zeros(architecture.kinds, math.prod(architecture.canvas)))

    def initialise(self, mean):
        """Begin with mean patches (kinds, y * x) in the middle of the canonical grid; their edges are repeated."""
        if self.architecture.likelihood == "bernoulli":
            mean = torch.logit(mean, 0.01)
        canvas, window = self.architecture.canvas, self.architecture.window
        more = [size - side for size, side in zip(canvas, window, strict=True)]
        around = [part for extra in more[::-1] for part in (extra // 2, extra - extra // 2)]
        framed = pad(mean.reshape(-1, 1, *window), around, mode="replicate")
        self.mean.data.copy_(framed.flatten(1))

    def canonical(self, content, classes):
        """Images (..., height * width) on the canonical grid."""
        return self.last(self.hidden(torch.cat([content, classes], -1))) + classes @ self.mean

    def forward(self, content, classes, angle, shift):
        """Patches (..., y * x) of contents (..., p) and classes (..., kinds), shifted and rotated."""
        images = self.canonical(content, classes)
        if angle is None and shift is None:
            return images
        size, window, canvas = images.shape[:-1], self.architecture.window, self.architecture.canvas
        matrices = affine_matrices(window, canvas, size, angle, shift).reshape(-1, 2, 3)
        return resample(images.reshape(-1, 1, *canvas), matrices, window).reshape(*size, -1)


class CoordinateDecoder(nn.Module):
    """Network that gives the intensity of each pixel from its coordinates, which are rotated and shifted back.

    The spatial generator of Bepler et al., NeurIPS 32 (2019), as in pyroVED. It is here for comparison: every pixel
    passes through the whole network.
    """

    def __init__(self, architecture):
        super().__init__()
        self.architecture, window = architecture, architecture.window
        # in halves of the longer side, the same along y and x, so that a rotation is one in any window
        y, x = ((2 * torch.arange(side) + 1 - side) / max(window) for side in window)
        self.register_buffer("pixels", torch.stack([*torch.meshgrid(y, x, indexing="ij")], -1).reshape(-1, 2))
        self.register_buffer("sides", 2 * torch.tensor(window) / max(window))
        self.place = nn.Linear(2, architecture.hidden[-1])
        self.content = nn.Linear(architecture.content, architecture.hidden[-1], bias=False)
        self.hidden = _layers([*architecture.hidden[::-1]], 0)
        self.last = nn.Linear(architecture.hidden[0], 1)

    def _pixels(self, angle, shift):
        """Coordinates (..., y * x, 2) of the pixels before shift and rotation, (y, x)."""
        back = self.pixels
        if angle is not None:
            cos, sin = angle.cos()[..., None], angle.sin()[..., None]
            back = torch.stack([cos * back[..., 0] - sin * back[..., 1], cos * back[..., 1] + sin * back[..., 0]], -1)
        return back if shift is None else back - (self.sides * shift)[..., None, :]

    def canonical(self, content, classes):
        """Images (..., height * width) without rotation and shift."""
        return self(content, classes, None, None)

    def forward(self, content, classes, angle, shift):
        """Patches (..., y * x) of contents (..., p) and classes (..., kinds), shifted and rotated."""
        both = self.place(self._pixels(angle, shift)) + self.content(torch.cat([content, classes], -1))[..., None, :]
        return self.last(self.hidden(both.tanh()))[..., 0]


class RVAE(nn.Module):
    """Rotationally invariant variational autoencoder: encoder, decoder, and Pyro's model and guide.

    Kingma and Welling, arXiv 1312.6114; the rotations after Bepler et al., NeurIPS 32 (2019), and Ziatdinov et al.,
    arXiv 2106.12472 (pyroVED). We rotate the decoded image, not the coordinates of its pixels. This is as exact, and
    a patch passes through the network once, not once for each pixel.
    """

    def __init__(self, architecture):
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.decoder = {"grid": GridDecoder, "coordinates": CoordinateDecoder}[architecture.decoder](architecture)
        self.register_buffer("noise", torch.ones(()))  # of a pixel, Gaussian

    def initialise(self, patches, classes):
        """Take means and standard deviation of patches (n, y * x) of classes (n, kinds) as the model's start."""
        self.encoder.standardise(patches, classes)
        if self.architecture.decoder == "grid":
            self.decoder.initialise(self.encoder.mean)

    def sort_latents(self, information):
        """Renumber the latent variables by falling `information` (latent,), nats: the mean KL divergence of each."""
        order = torch.argsort(information, descending=True, stable=True)
        both = torch.cat([order, order + len(order)])
        grid = self.architecture.decoder == "grid"
        with torch.no_grad():
            for ends in (self.encoder.last.weight, self.encoder.last.bias):
                ends[: len(both)] = ends[both].clone()
            begins = self.decoder.hidden[0].weight if grid else self.decoder.content.weight
            begins[:, : len(order)] = begins[:, order].clone()

    def _priors(self, like):
        """Priors (dict of name to distribution) of the latent variables of one patch."""
        architecture, zero = self.architecture, like.new_zeros(())
        found = {}  # in the guide's order, from which Pyro knows that the variables are independent
        if architecture.rotated:
            width = math.radians(architecture.angle_spread)
            found["angle"] = WrappedNormal(zero, zero + width) if width else UniformAngle(like=zero)
        found["z"] = dist.Normal(like.new_zeros(architecture.latent), 1.0).to_event(1)
        if architecture.shifted:
            found["shift"] = dist.Normal(like.new_zeros(2), architecture.shift_spread).to_event(1)
        if architecture.discrete:
            found["state"] = dist.OneHotCategorical(logits=like.new_zeros(architecture.states))
        return found

    def decode(self, latents, classes):
        """Patches (..., y * x), without noise, of latent variables (dict by name) and classes (..., kinds)."""
        parts = [latents["z"], *([latents["state"]] if self.architecture.discrete else []), classes]
        shape = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
        *content, classes = (part.expand(*shape, -1) for part in parts)
        return self.decoder(torch.cat(content, -1), classes, latents.get("angle"), latents.get("shift"))

    def _pixel_noise(self, residual):
        """Standard deviation of a pixel's noise; in training the most likely one of the residual (n, y * x).

        A noise that is learned slowly, or fixed too high, makes latent variables unused (Rybkin et al., ICML 2021).
        """
        if not self.training:
            return self.noise
        noise = residual.detach().pow(2).mean().sqrt()
        self.noise.lerp_(noise, NOISE_RATE)
        return noise

    def model(self, patches, classes, beta=1.0):
        """Pyro's model of patches (n, y * x) of classes (n, kinds); beta weighs the KL divergence."""
        pyro.module("rvae", self)
        with pyro.plate("site", len(patches), dim=-1):
            with poutine.scale(scale=beta):
                latents = {name: pyro.sample(name, prior) for name, prior in self._priors(patches).items()}
            decoded = self.decode(latents, classes)
            if self.architecture.likelihood == "bernoulli":
                pixel = dist.Bernoulli(logits=decoded, validate_args=False)
            else:
                pixel = dist.Normal(decoded, self._pixel_noise(patches - decoded), validate_args=False)
            pyro.sample("patch", pixel.to_event(1), obs=patches)

    def guide(self, patches, classes, beta=1.0):
        """Pyro's guide: posteriors of the latent variables of patches (n, y * x), from the encoder."""
        pyro.module("rvae", self)
        with pyro.plate("site", len(patches), dim=-1), poutine.scale(scale=beta):
            for name, posterior in self.encoder(patches, classes).items():
                enumerated = {"infer": {"enumerate": "parallel"}} if name == "state" else {}
                pyro.sample(name, posterior, **enumerated)


def one_hot_classes(site_class, count):
    """Classes (n,) int of sites as the networks take them: (n, count) float32, one column a class."""
    return one_hot(torch.as_tensor(site_class, dtype=torch.int64), count).float()
