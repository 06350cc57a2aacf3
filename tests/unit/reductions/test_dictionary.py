from types import SimpleNamespace

import numpy as np
import pytest

from ferrotune.reductions import dictionary


def described():
    """Sums of two of three shapes, in an odd unit."""
    rng, x = np.random.default_rng(0), np.linspace(0, 1, 40)
    shapes = np.stack([np.sin(6 * x), np.exp(-((x - 0.5) ** 2) / 0.01), x > 0.7])
    features = 1e-6 * (rng.exponential(size=(300, 3)) @ shapes + 0.05 * rng.standard_normal((300, 40)))
    return SimpleNamespace(features=lambda setting: features.astype(np.float32))


def test_a_larger_alpha_uses_fewer_spectra_whatever_the_unit():
    shares = [(dictionary.reduce(described(), {"alpha": alpha}, 6) != 0).mean() for alpha in (0.1, 1.0, 3.0)]
    assert shares[0] > shares[1] > shares[2] and shares[1] > 0.05


def test_the_same_input_gives_the_same_numbers():
    one, other = (dictionary.reduce(described(), {"alpha": 1.0}, 4) for _ in range(2))
    assert np.array_equal(one, other) and one.shape == (300, 4)


@pytest.mark.parametrize(("alpha", "least"), [(1, 0.5), (6, 0.3), (12, 0.0)])
def test_what_the_values_of_the_paper_leave_of_a_site(alpha, least):
    found = dictionary.reduce(described(), {"alpha": alpha}, 16)
    assert np.isfinite(found).all() and (found != 0).any(axis=1).mean() >= least
