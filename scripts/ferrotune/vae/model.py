"""The model: patches drawn from a picture, the same whichever way it is turned or shifted, and from latent variables.

A patch is decoded on a canonical grid and then shifted and turned onto its pixels; the encoder says how far, and which
latent variables it had. Both know whether the patch is around an A or a B column, so that these need not say it.
"""

import math
from itertools import pairwise

import pyro
import pyro.distributions as dist
import torch
from pyro import poutine
from torch import nn
from torch.nn.functional import one_hot, pad, softplus

from ferrotune.vae.affine import first_moment, placing, sampled
from ferrotune.vae.wrapped_normal import AnyAngle, WrappedNormal, spread_of

GAIN = 0.1  # of the standardised pixels: with more the encoder learns its patches by heart; measured
NOISE_STEP = 0.2  # share of a batch in the noise that is kept


def _layers(sizes, dropout):
    """Fully connected layers with tanh between them."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.Tanh()] + ([nn.Dropout(dropout)] if dropout else [])
    return nn.Sequential(*layers)


def _means(patches, kinds):
    """Mean patch of each kind (kinds, y * x)."""
    return kinds.T @ patches / kinds.sum(0).clamp(min=1)[:, None]


def _unlike(patches, kinds):
    """How unlike patches of a kind are: the variance about their mean."""
    return float((patches - kinds @ _means(patches, kinds)).var())


class Turn(nn.Module):
    """Patches (n, y * x) and what is seen of them (n, p) to the posterior of their angle.

    Its mean is the angle of the patch's first angular moment, which turns with the patch, and of what a network adds:
    so the decoder sees patches turned back from the first step on. A network alone was found to settle where the
    other latent variables carry the angle. Ours.
    """

    def __init__(self, of, p):
        super().__init__()
        self.hidden = _layers([p, *of.hidden], of.dropout)
        self.last = nn.Linear(of.hidden[-1], 3)  # cosine, sine, spread
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.register_buffer("moment", first_moment(of.window))

    def standardise(self, patches):
        """Measure the moment by its mean length over these patches."""
        self.moment /= (patches @ self.moment).pow(2).sum(-1).mean().sqrt()

    def stand_still(self):
        """Begin with no turn: of patches of a lattice the moment is noise."""
        self.moment.zero_()
        self.last.bias.data[0] = 1.0

    def forward(self, patches, seen):
        """WrappedNormal of each patch, rad."""
        turn = self.last(self.hidden(seen))
        x, y = (turn[..., :2] + patches @ self.moment).unbind(-1)
        return WrappedNormal(torch.atan2(y, x), spread_of(turn[..., 2]))


class Encoder(nn.Module):
    """Patches (n, y * x) and kinds (n, kinds) to the parameters of the latent variables' posteriors.

    The angle comes first; what else there is is read off the patch turned back by it, so that it need not be learned
    anew for every turn. Ours; one network for all was found to leave z unused.
    """

    def __init__(self, of):
        super().__init__()
        self.of = of
        seen = math.prod(of.window) + of.kinds
        # mean and spread of each: z, the shift; weights of the states
        self.sizes = [2 * of.latent, 4 * of.shifted, of.states * (of.states > 1)]
        self.turn = Turn(of, seen) if of.turned else None
        self.hidden = _layers([seen, *of.hidden], of.dropout)
        self.last = nn.Linear(of.hidden[-1], sum(self.sizes))
        self.register_buffer("mean", torch.zeros(of.kinds, math.prod(of.window)))
        self.register_buffer("spread", torch.ones(()))

    def standardise(self, patches, kinds):
        """Take the mean of these patches' kind off any, and divide by the spread of what is left."""
        self.mean.copy_(_means(patches, kinds))
        self.spread.copy_((patches - kinds @ self.mean).std())
        if self.turn is not None:
            self.turn.standardise(patches)
            with torch.no_grad():
                back = self._turned_back(patches, self.turn(patches, self._seen(patches, kinds)).loc)
            if _unlike(patches, kinds) < _unlike(back, kinds):
                self.turn.stand_still()

    def _seen(self, patches, kinds):
        """What networks take: standardised patches, and their kinds (n, y * x + kinds)."""
        return torch.cat([(patches - kinds @ self.mean) / self.spread * GAIN, kinds], -1)

    def _turned_back(self, patches, angle):
        """Patches (n, y * x) turned back by their angle (n,), rad, about their middle."""
        matrices = placing(self.of.window, self.of.window, angle.shape, -angle, None)
        return sampled(patches.reshape(-1, 1, *self.of.window), matrices, self.of.window)

    def forward(self, patches, kinds):
        """Posteriors (dict of name to distribution) of each patch."""
        seen, found = self._seen(patches, kinds), {}
        if self.turn is not None:
            found["angle"] = self.turn(patches, seen)
            seen = self._seen(self._turned_back(patches, found["angle"].loc.detach()), kinds)
        z, shift, states = self.last(self.hidden(seen)).split(self.sizes, -1)
        mean, raw = z.chunk(2, -1)
        found["z"] = dist.Normal(mean, softplus(raw) + 1e-4).to_event(1)
        if self.of.shifted:
            mean, raw = self.of.shift_spread * shift[..., :2], shift[..., 2:]
            found["shift"] = dist.Normal(mean, self.of.shift_spread * (softplus(raw) + 1e-4)).to_event(1)
        if self.of.states > 1:
            found["state"] = dist.OneHotCategorical(logits=states)
        return found


class GridDecoder(nn.Module):
    """What z, the kind and the state look like on the canonical grid; then shifted and turned onto the patch."""

    def __init__(self, of):
        super().__init__()
        self.of = of
        self.hidden = _layers([of.content, *of.hidden[::-1]], 0)
        self.last = nn.Linear(of.hidden[0], math.prod(of.canvas))
        self.mean = nn.Parameter(torch.zeros(of.kinds, math.prod(of.canvas)))

    def start(self, mean):
        """Begin with mean patches (kinds, y * x) in the middle of the canonical grid, their edges drawn out."""
        if self.of.likelihood == "bernoulli":
            mean = torch.logit(mean, 0.01)
        more = [canvas - side for canvas, side in zip(self.of.canvas, self.of.window, strict=True)]
        around = [part for extra in more[::-1] for part in (extra // 2, extra - extra // 2)]
        framed = pad(mean.reshape(-1, 1, *self.of.window), around, mode="replicate")
        self.mean.data.copy_(framed.flatten(1))

    def canonical(self, content, kinds):
        """Pictures (..., height * width) on the canonical grid."""
        return self.last(self.hidden(torch.cat([content, kinds], -1))) + kinds @ self.mean

    def forward(self, content, kinds, angle, shift):
        """Patches (..., y * x) of contents (..., p) and kinds (..., kinds), shifted and turned."""
        pictures = self.canonical(content, kinds)
        if angle is None and shift is None:
            return pictures
        size = pictures.shape[:-1]
        matrices = placing(self.of.window, self.of.canvas, size, angle, shift).reshape(-1, 2, 3)
        return sampled(pictures.reshape(-1, 1, *self.of.canvas), matrices, self.of.window).reshape(*size, -1)


class CoordinateDecoder(nn.Module):
    """Each pixel's coordinates, turned and shifted back, and what is there through one network to its brightness.

    The spatial generator of Bepler et al., NeurIPS 32 (2019), as in pyroVED; here for comparison: every pixel passes
    the whole network.
    """

    def __init__(self, of):
        super().__init__()
        self.of = of
        # in halves of the longer side, the same along y and x, so that a turn is one in any window
        y, x = ((2 * torch.arange(side) + 1 - side) / max(of.window) for side in of.window)
        self.register_buffer("pixels", torch.stack([*torch.meshgrid(y, x, indexing="ij")], -1).reshape(-1, 2))
        self.register_buffer("sides", 2 * torch.tensor(of.window) / max(of.window))
        self.place = nn.Linear(2, of.hidden[-1])
        self.content = nn.Linear(of.content, of.hidden[-1], bias=False)
        self.hidden = _layers([*of.hidden[::-1]], 0)
        self.last = nn.Linear(of.hidden[0], 1)

    def _pixels(self, angle, shift):
        """Coordinates (..., y * x, 2) of the pixels before they were shifted and turned, (y, x)."""
        back = self.pixels
        if angle is not None:
            cos, sin = angle.cos()[..., None], angle.sin()[..., None]
            back = torch.stack([cos * back[..., 0] - sin * back[..., 1], cos * back[..., 1] + sin * back[..., 0]], -1)
        return back if shift is None else back - (self.sides * shift)[..., None, :]

    def canonical(self, content, kinds):
        """Pictures (..., height * width) as they are before any turn."""
        return self(content, kinds, None, None)

    def forward(self, content, kinds, angle, shift):
        """Patches (..., y * x) of contents (..., p) and kinds (..., kinds), shifted and turned."""
        both = self.place(self._pixels(angle, shift)) + self.content(torch.cat([content, kinds], -1))[..., None, :]
        return self.last(self.hidden(both.tanh()))[..., 0]


class RVAE(nn.Module):
    """Encoder and decoder, and how patches came about: Pyro's model, and its guide.

    Kingma and Welling, arXiv 1312.6114; the turns after Bepler et al., NeurIPS 32 (2019), and Ziatdinov et al.,
    arXiv 2106.12472 (pyroVED). That the decoder's picture is turned, not its coordinates, is ours: as exact, and the
    network is passed once for a patch, not once for a pixel.
    """

    def __init__(self, of):
        super().__init__()
        self.of = of
        self.encoder = Encoder(of)
        self.decoder = {"grid": GridDecoder, "coordinates": CoordinateDecoder}[of.decoder](of)
        self.register_buffer("noise", torch.ones(()))  # of a pixel, Gaussian

    def begin(self, patches, kinds):
        """Take from patches (n, y * x) of kinds (n, kinds) what the model begins with: their means and spread."""
        self.encoder.standardise(patches, kinds)
        if self.of.decoder == "grid":
            self.decoder.start(self.encoder.mean)

    def sort(self, informed):
        """Number the latent variables by falling `informed` (latent,), what the sites are known of by each."""
        order = torch.argsort(informed, descending=True, stable=True)
        both = torch.cat([order, order + len(order)])
        with torch.no_grad():
            for ends in (self.encoder.last.weight, self.encoder.last.bias):
                ends[: len(both)] = ends[both].clone()
            begins = self.decoder.hidden[0].weight if self.of.decoder == "grid" else self.decoder.content.weight
            begins[:, : len(order)] = begins[:, order].clone()

    def _priors(self, like):
        """Priors (dict of name to distribution) of one patch's latent variables."""
        of, zero = self.of, like.new_zeros(())
        found = {}  # in the guide's order, by which Pyro knows that each variable is drawn by itself
        if of.turned:
            narrow = WrappedNormal(zero, zero + math.radians(of.angle_spread)) if of.angle_spread else None
            found["angle"] = narrow or AnyAngle(like=zero)
        found["z"] = dist.Normal(like.new_zeros(of.latent), 1.0).to_event(1)
        if of.shifted:
            found["shift"] = dist.Normal(like.new_zeros(2), of.shift_spread).to_event(1)
        if of.states > 1:
            found["state"] = dist.OneHotCategorical(logits=like.new_zeros(of.states))
        return found

    def decode(self, latents, kinds):
        """Patches (..., y * x), before noise, of latent variables (dict by name) and kinds (..., kinds)."""
        parts = [latents["z"], kinds] if self.of.states == 1 else [latents["z"], latents["state"], kinds]
        shape = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
        *content, kinds = (part.expand(*shape, -1) for part in parts)
        return self.decoder(torch.cat(content, -1), kinds, latents.get("angle"), latents.get("shift"))

    def _noise(self, left):
        """Noise of a pixel: in training that under which what is left (n, y * x) is likeliest.

        A noise that is learned slowly, or fixed too high, lets the latent variables die (Rybkin et al., ICML 2021).
        """
        if not self.training:
            return self.noise
        noise = left.detach().pow(2).mean().sqrt()
        self.noise.lerp_(noise, NOISE_STEP)
        return noise

    def model(self, patches, kinds, beta=1.0):
        """How patches (n, y * x) of kinds (n, kinds) come about; beta weighs what is known of latent variables."""
        pyro.module("rvae", self)
        with pyro.plate("site", len(patches), dim=-1):
            with poutine.scale(scale=beta):
                latents = {name: pyro.sample(name, prior) for name, prior in self._priors(patches).items()}
            drawn = self.decode(latents, kinds)
            if self.of.likelihood == "bernoulli":
                pixel = dist.Bernoulli(logits=drawn, validate_args=False)
            else:
                pixel = dist.Normal(drawn, self._noise(patches - drawn), validate_args=False)
            pyro.sample("patch", pixel.to_event(1), obs=patches)

    def guide(self, patches, kinds, beta=1.0):
        """What the encoder says of the latent variables of patches (n, y * x)."""
        pyro.module("rvae", self)
        with pyro.plate("site", len(patches), dim=-1), poutine.scale(scale=beta):
            for name, posterior in self.encoder(patches, kinds).items():
                enumerated = {"infer": {"enumerate": "parallel"}} if name == "state" else {}
                pyro.sample(name, posterior, **enumerated)


def as_kinds(kind, kinds):
    """Kinds (n,) int of sites as the network takes them, (n, kinds) float32."""
    return one_hot(torch.as_tensor(kind, dtype=torch.int64), kinds).float()
