"""A toy set of switching loops: known mechanisms in domains with straight walls on a grid.

Ours: the formula of the toy set of Qin et al., Adv. Mater. 34, 2202814 (2022), is not published. A branch is a sum of
sigmoids, one for each switching step. What has nothing to do with the mechanism (saturation, coercive voltage, imprint,
tilt) varies smoothly over the whole grid, and more than noise does: linear components see it first.
"""

from dataclasses import dataclass, field, fields

import numpy as np
from scipy.ndimage import gaussian_filter

from ferrotune.errors import InputError

# Steps of the falling branch: (coercive voltage as a multiple of the site's own, height as a share of the whole step).
# The rising branch mirrors them. One step: 180 degrees at once. Two steps: most at once, the rest at a higher voltage,
# with a shoulder between. Three states: a long plateau without response, as of a domain in the plane, entered before
# the voltage changes its sign and left late: a pinched loop.
MECHANISMS = {
    "one_step": ((1.0, 1.0),),
    "two_step": ((0.6, 0.6), (1.6, 0.4)),
    "three_state": ((-0.4, 0.5), (1.5, 0.5)),
}
GEOMETRIES = ("junction", "stripes", "none")
PARAMETERS = ("coercive", "saturation", "imprint", "tilt", "offset")
SMOOTH = 0.25  # of the shorter side of the grid; sigma of the fields that vary smoothly


def _within(default, low, high):
    """A setting with its allowed range."""
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class LoopSpecimen:
    """Settings of a toy set.

    Raises
    ------
    InputError
        For an unknown geometry and for a value out of its range.

    Examples
    --------
    >>> LoopSpecimen(shape=[16, 16]).geometry
    'junction'
    """

    geometry: str = "junction"  # junction: one wall across the grid, and one that ends on it; stripes; none: one step
    shape: tuple[int, int] = (40, 40)  # rows and columns of the grid
    steps: int = _within(96, 16, 4096)  # of the voltage, down and up
    voltage: float = _within(16.0, 0.1, 1000)  # V, at the ends
    coercive: float = _within(5.0, 0.1, 1000)  # V, of one step
    width: float = _within(1.0, 0.01, 100)  # V, of a step: the tanh's scale
    variation: float = _within(0.2, 0, 1)  # smooth variation of saturation and coercive voltage, share, RMS
    imprint: float = _within(0.5, 0, 100)  # V, smooth shift of the loop, RMS
    tilt: float = _within(0.1, 0, 10)  # response at the highest voltage that does not switch, RMS over the grid
    noise: float = _within(0.05, 0, 10)  # of the response, as a share of the saturation
    drift: float = _within(0.5, 0, 100)  # of the resonance from the first site to the last, in its own standard units

    def __post_init__(self):
        if self.geometry not in GEOMETRIES:
            raise InputError(f"geometry {self.geometry!r} is unknown; choose one of: {', '.join(GEOMETRIES)}")
        for setting in fields(self):
            if "range" in setting.metadata:
                value, (low, high) = getattr(self, setting.name), setting.metadata["range"]
                if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                    raise InputError(f"{setting.name} must be a number from {low} to {high}, not {value!r}")
        pair = self.shape
        whole = isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(n, int) for n in pair)
        if not whole or not all(8 <= n <= 4096 for n in pair):
            raise InputError(f"shape must be two whole numbers from 8 to 4096, not {pair!r}")
        object.__setattr__(self, "shape", tuple(pair))


@dataclass(frozen=True)
class LoopSet:
    """Loops on a grid, with their truth.

    Attributes
    ----------
    channels : dict of str to (row, column, step) float32
        piezoresponse, in units of the mean saturation, and resonance, kHz from its mean.
    voltage : (step,) float V
    mechanism : (row, column) int, number of the mechanism in `names`
    names : tuple of str
    parameters : dict of str to (row, column) float, by the names in PARAMETERS
    """

    channels: dict
    voltage: np.ndarray
    mechanism: np.ndarray
    names: tuple
    parameters: dict


def cycle(voltage, steps):
    """Voltage (steps,) that falls from its highest to its lowest value, and rises again."""
    place = np.arange(steps) / steps
    return voltage * np.where(place < 0.5, 1 - 4 * place, 4 * place - 3)


def _domains(geometry, shape, rng):
    """Number of the domain of each point, (row, column) int: straight walls at drawn angles."""
    y, x = (np.indices(shape) + 0.5) / np.reshape(shape, (2, 1, 1)) - 0.5
    if geometry == "none":
        return np.zeros(shape, int)
    angle = rng.uniform(0, np.pi)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    if geometry == "stripes":
        return np.digitize(across, np.quantile(across, [1 / 3, 2 / 3]))
    side = across > np.quantile(across, 0.4)
    end = along > np.quantile(along[side], rng.uniform(0.45, 0.55)) + 0.3 * across
    return np.where(side, 1 + end, 0)


def _smooth_field(shape, rng):
    """A smooth random field (row, column) of mean 0 and standard deviation 1."""
    drawn = gaussian_filter(rng.standard_normal(shape), SMOOTH * min(shape), mode="wrap")
    return (drawn - drawn.mean()) / drawn.std()


def _switched(place, mechanism, scale):
    """Response 1 ... -1 of the falling branch at voltages over the site's own coercive voltage, place (site, n)."""
    found = np.ones_like(place)
    for coercive, height in MECHANISMS[mechanism]:
        found -= height * (1 - np.tanh((place + coercive) / scale))
    return found


def _loops(specimen, voltage, mechanism, names, known):
    """Loops (site, step) without noise; mechanism (site,), known: parameters by name, each (site,)."""
    down = np.arange(len(voltage)) < len(voltage) / 2
    place = (voltage - known["imprint"][:, None]) / known["coercive"][:, None]
    scale = specimen.width / specimen.coercive
    loops = np.empty_like(place)
    for number, name in enumerate(names):
        own = mechanism == number
        loops[np.ix_(own, down)] = _switched(place[np.ix_(own, down)], name, scale)
        loops[np.ix_(own, ~down)] = -_switched(-place[np.ix_(own, ~down)], name, scale)
    loops *= known["saturation"][:, None]
    return loops + known["tilt"][:, None] * voltage / specimen.voltage + known["offset"][:, None]


def simulated_loops(specimen, seed):
    """Toy set of switching loops.

    Parameters
    ----------
    specimen : LoopSpecimen
    seed : int

    Returns
    -------
    LoopSet

    Examples
    --------
    >>> found = simulated_loops(LoopSpecimen(shape=(12, 10)), seed=1)
    >>> found.channels["piezoresponse"].shape, found.names
    ((12, 10, 96), ('one_step', 'two_step', 'three_state'))
    """
    rng, shape = np.random.default_rng(seed), specimen.shape
    order = rng.permutation(len(MECHANISMS))
    mechanism = order[_domains(specimen.geometry, shape, rng)]
    if specimen.geometry == "none":
        mechanism[:] = 0
    varied = {name: _smooth_field(shape, rng) for name in PARAMETERS}
    # clipped: a site without a loop has no mechanism
    share = {name: np.clip(1 + specimen.variation * varied[name], 0.4, 1.6) for name in ("coercive", "saturation")}
    known = {
        "coercive": specimen.coercive * share["coercive"],
        "saturation": share["saturation"],
        "imprint": specimen.imprint * varied["imprint"],
        "tilt": specimen.tilt * varied["tilt"],
        "offset": 0.5 * specimen.variation * varied["offset"],
    }
    voltage = cycle(specimen.voltage, specimen.steps)
    flat = {name: values.ravel() for name, values in known.items()}
    clean = _loops(specimen, voltage, mechanism.ravel(), tuple(MECHANISMS), flat)
    response = clean + specimen.noise * rng.standard_normal(clean.shape)
    # the contact stiffens with the response's magnitude and with the field, and drifts from the first site to the last
    drift = specimen.drift * np.linspace(-1, 1, clean.shape[0])[:, None]
    resonance = 0.5 - np.abs(clean) + 0.3 * (voltage / specimen.voltage) ** 2 + drift
    resonance += 2 * specimen.noise * rng.standard_normal(clean.shape)
    channels = {"piezoresponse": response, "resonance": resonance}
    channels = {name: values.reshape(*shape, -1).astype(np.float32) for name, values in channels.items()}
    return LoopSet(channels, voltage, mechanism, tuple(MECHANISMS), known)
