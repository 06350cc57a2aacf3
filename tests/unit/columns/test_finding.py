"""Columns of simulated images: found, sorted and placed, whatever the specimen, the dose and the units."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.signal import wiener
from scipy.spatial import cKDTree

from ferrotune.columns.doubts import doubts
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.errors import InputError
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.specimen import Specimen
from helpers.simulated import SMALL, TEN_PX, Seen, compare, cramer_rao, demo_specimens, depth, see

ROWS = 512  # of an image
DEMO = demo_specimens()


@pytest.mark.parametrize("image", DEMO)
def test_columns_of_the_demo_are_found_sorted_and_placed(image):
    compared = compare(see(**{**DEMO[image], "shape": SMALL}))
    assert compared.found >= 0.99
    assert compared.false < 0.005
    assert compared.sorted_right >= 0.99
    assert np.median(compared.error) < 0.15


def test_columns_of_a_whole_demo_image():
    compared = compare(see(**DEMO["Sm_0"]))
    assert len(compared.error) > 3000
    assert compared.found >= 0.99 and compared.false < 0.005 and compared.sorted_right >= 0.99
    assert np.median(compared.error) < 0.15


@pytest.mark.parametrize(
    "specimen",
    [
        TEN_PX,
        {"dose": 20.0},
        {"dose": 20.0, "geometry": "mottled"},
        {"lattice_rotation_deg": 20.0},
        {"lattice_rotation_deg": -20.0},
        {"lattice_shear_deg": 3.0},
    ],
    ids=str,
)
def test_columns_of_difficult_images(specimen):
    """Few pixels a cell, low dose, rotated and sheared: as many columns, and errors near what noise allows.

    A median of 0.15 px is below the Cramer-Rao bound at these doses; jitter and mis-tilt, which the bound
    leaves out, make up the rest.
    """
    seen = see(**specimen)
    compared = compare(seen)
    assert compared.found >= 0.99
    assert compared.false < 0.005
    assert compared.sorted_right >= 0.99
    known = {k: v for k, v in seen.simulation.settings.items() if k != "seed"}
    for sublattice in (A, B):
        # The length of an error of two independent axes has its median at 1.18 of either.
        bound = 1.18 * cramer_rao(Specimen(**known), sublattice)
        assert np.median(compared.error[compared.sublattice == sublattice]) < 1.7 * bound


def _seen_as(seen, image):
    """The same specimen, with another image."""
    image, mask = prepare(image, np.ones(image.shape, bool))
    return Seen(seen.simulation, image, mask, find_lattice(image, mask))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda image: np.minimum(image, np.percentile(image, 80)),  # a saturated detector: flat tops
        lambda image: np.minimum(image, np.percentile(image, 90)),
        np.sqrt,
        lambda image: gaussian_filter(image, 3),
        lambda image: wiener(image, 9),
    ],
    ids=["clipped at its 80th percentile", "at its 90th", "square root", "low pass", "Wiener"],
)
def test_columns_that_are_no_gaussians(spoil):
    """On such images widths once ran away: where the model does not fit, steps must be shortened."""
    seen = see(**{**DEMO["Sm_0"], "shape": SMALL})
    compared = compare(_seen_as(seen, spoil(seen.simulation.image)))
    assert compared.found >= 0.98
    assert compared.false < 0.005 and compared.sorted_right >= 0.99
    for sublattice in (A, B):
        assert np.sqrt((compared.error[compared.sublattice == sublattice] ** 2).mean() / 2) < 0.5  # px, an axis


@pytest.mark.parametrize(
    "specimen",
    [
        {"cell_px": (5.88, 6.14), "probe_sigma_px": 1.15, "pixel_size_pm": 67.6, "jitter_px": 0.07, "drift_px": 0.5},
        {"probe_sigma_px": 7.0},  # 0.27 of a cell: from the width that the fit begins with, a long way
        {"probe_sigma_px": 2.5},
        {"mistilt": 0.4},
    ],
    ids=["six pixels a cell", "wide", "narrow", "elongated"],
)
def test_columns_of_unusual_widths(specimen):
    shape = (190, 200) if "cell_px" in specimen else SMALL
    compared = compare(see(**{**DEMO["Sm_0"], **specimen, "shape": shape}))
    assert compared.found >= 0.99
    assert compared.false < 0.005 and compared.sorted_right >= 0.99


@pytest.mark.parametrize(
    "film",
    [
        {"mistilt": 1.0, "b_intensity": 0.15, "probe_sigma_px": 1.5, "seed": 5},
        {"mistilt": 0.8, "b_intensity": 0.15, "probe_sigma_px": 1.5, "dose": 400.0, "seed": 6},
        {"mistilt": 1.2, "b_intensity": 0.1, "probe_sigma_px": 1.3, "dose": 400.0, "seed": 7},
    ],
    ids=str,
)
def test_the_shoulder_of_an_elongated_column_is_no_second_column(film):
    """Columns up to twice as long as wide, beside faint B: once 40 to 246 A had a second one on their shoulder."""
    seen = see(**TEN_PX | film)
    a, truth = seen.columns.of(A), seen.simulation
    distance = cKDTree(a).query(a, k=2)[0][:, 1]
    assert (distance > 0.75 * seen.lattice.cell_px).mean() > 0.998
    true_a = truth.columns_yx[truth.sublattice == A]
    true_a = true_a[depth(seen, true_a) > 0.5]
    assert (cKDTree(a).query(true_a)[0] < 0.25 * seen.lattice.cell_px).mean() >= 0.99


@pytest.mark.parametrize("seed", [1, 2])
def test_wide_columns_do_not_depend_on_last_digits(seed):
    """A millionth of the contrast as noise lost one column in twenty where overlapping tails were not coupled."""
    seen = see(**{**DEMO["Sm_0"], "probe_sigma_px": 7.0, "shape": SMALL})
    image = seen.simulation.image
    noise = 1e-6 * image.std() * np.random.default_rng(seed).normal(size=image.shape)
    compared = compare(_seen_as(seen, (image + noise).astype(image.dtype)))
    assert compared.found >= 0.99 and compared.sorted_right >= 0.99


def test_a_columns_are_the_brighter_ones():
    seen = see()
    amplitude, sublattice = seen.columns.fit.amplitude, seen.columns.sublattice
    assert np.percentile(amplitude[sublattice == A], 1) > np.percentile(amplitude[sublattice == B], 99)
    assert seen.columns.of(A).shape == ((sublattice == A).sum(), 2)


def test_columns_stand_in_reading_order():
    yx = see().columns.fit.yx
    assert np.array_equal(np.lexsort((yx[:, 1], yx[:, 0])), np.arange(len(yx)))


def test_faint_b_columns_are_found_as_lattice_sites():
    """Fe at a tenth of Bi makes no maximum of its own between four bright tails."""
    compared = compare(see(b_intensity=0.12, polarization_pm=0.0, dose=2000.0))
    assert compared.found >= 0.99 and compared.sorted_right >= 0.99


def test_no_b_column_is_made_up_where_there_is_none():
    seen = see(b_intensity=0.0, dose=400.0)
    inner = depth(seen, seen.columns.fit.yx) > 0.5
    assert (seen.columns.sublattice[inner] != A).mean() < 0.05


def test_no_column_in_a_masked_box():
    seen = see()
    mask = seen.mask.copy()
    mask[120:220, 90:300] = False
    image = np.where(mask, seen.image, 1e3)
    columns = find_columns(image, mask, find_lattice(image, mask))
    y, x = np.rint(columns.fit.yx).astype(int).T
    assert mask[np.clip(y, 0, 419), np.clip(x, 0, 439)].all()
    outside = ~((seen.columns.fit.yx > [105, 75]) & (seen.columns.fit.yx < [235, 315])).all(axis=1)
    distance, _ = cKDTree(columns.fit.yx).query(seen.columns.fit.yx[outside])
    assert distance.max() < 0.5


@settings(max_examples=8)
@given(scale=st.floats(1e-3, 1e4), offset=st.floats(-2.0, 2.0))
def test_units_of_the_intensity_do_not_matter(scale, offset):
    """No threshold belongs to an image: counts, grey values and fractions give the same columns."""
    seen = see(shape=(260, 270))
    scaled = ((seen.image.astype(float) + offset) * scale).astype(np.float32)
    lattice = find_lattice(scaled, seen.mask)
    columns = find_columns(scaled, seen.mask, lattice)
    assert np.array_equal(columns.sublattice, seen.columns.sublattice)
    # a tenth of an error bar: the steps end at a few hundredths
    assert (np.abs(columns.fit.yx - seen.columns.fit.yx) < 0.1 * seen.columns.fit.sigma_yx).all()
    assert columns.fit.amplitude == pytest.approx(seen.columns.fit.amplitude * scale, rel=1e-2)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_rotated_image_has_rotated_columns(quarters):
    seen = see(shape=(300, 300))
    image, mask = np.ascontiguousarray(np.rot90(seen.image, quarters)), np.rot90(seen.mask, quarters)
    columns = find_columns(image, mask, find_lattice(image, mask))
    middle = 149.5
    y, x = (columns.fit.yx - middle).T
    for _ in range(quarters):
        y, x = x, -y
    distance, index = cKDTree(seen.columns.fit.yx).query(np.column_stack([y, x]) + middle)
    assert len(columns.fit.yx) == len(seen.columns.fit.yx)
    cut = depth(seen, seen.columns.fit.yx[index]) < 0.5
    assert distance[~cut].max() < 0.02
    # A column at the edge depends on columns outside, which are only guessed: the same within half an error bar.
    assert (distance[cut] < 0.5 * columns.fit.sigma_yx[cut].max(axis=1)).all()
    assert np.array_equal(columns.sublattice, seen.columns.sublattice[index])


def test_same_image_same_bytes():
    seen = see()
    again = find_columns(seen.image, seen.mask, seen.lattice)
    for name, values in vars(seen.columns.fit).items():
        assert values.tobytes() == getattr(again.fit, name).tobytes()


def test_the_papers_detector_returns_whole_pixels():
    seen = see(finder="blob_log")
    yx = seen.columns.fit.yx
    assert np.array_equal(yx, np.round(yx))
    assert np.isnan(seen.columns.fit.sigma_yx).all()
    a = compare(seen)
    assert (a.sublattice == A).sum() > 200
    # Rounding alone is off by 0.38 px in the middle of the distribution: refinement is what is missing.
    refined = compare(see())
    assert np.median(a.error[a.sublattice == A]) > 2 * np.median(refined.error[refined.sublattice == A])


def test_fewer_than_eight_cells_are_refused():
    for shape in ((200, 440), (440, 200)):
        with pytest.raises(InputError, match=r"^fewer than 8 x 8 unit cells of 26\.\d px .*larger field"):
            _ = see(shape=shape).columns
    seen = see()
    mask = np.zeros(seen.mask.shape, bool)
    mask[:, :150] = True
    with pytest.raises(InputError, match="fewer than 8 x 8"):
        find_columns(seen.image, mask, seen.lattice)


def test_an_image_of_noise_holds_no_columns():
    noise = np.random.default_rng(0).poisson(100, SMALL).astype(float)
    mask = np.ones(SMALL, bool)
    with pytest.raises(InputError, match="no lattice"):
        find_columns(noise, mask, find_lattice(noise, mask))


def test_waves_in_noise_do_not_end_the_fit():
    """A lattice without columns: all bright columns may lie outside the mask, where nothing shows their widths."""
    y, x = np.indices((300, 310))
    waves = np.cos(2 * np.pi * y / 26) + np.cos(2 * np.pi * x / 26)
    waves += np.random.default_rng(0).normal(size=waves.shape)
    mask = np.ones(waves.shape, bool)
    assert np.isfinite(find_columns(waves, mask, find_lattice(waves, mask)).fit.yx).all()


def test_doubts_name_a_lattice_without_b_and_a_pixel_size_in_other_units():
    seen = see()
    lattice, columns = seen.lattice, seen.columns
    assert doubts(columns, lattice, 15.6, ROWS) == doubts(columns, lattice, None, ROWS) == []
    [size] = doubts(columns, lattice, 0.0156, ROWS)
    assert "is pixel_size_pm in pm" in size
    stretched = replace(lattice, a=1.05 * lattice.b[::-1], b=lattice.b)
    [distorted] = doubts(columns, stretched, None, ROWS)
    assert distorted.startswith("a and b differ by 5.0 %: a tetragonal crystal, or a distorted scan")
    faint = type(columns)(columns.fit, np.where(columns.sublattice == B, -1, columns.sublattice))
    [missing] = doubts(faint, lattice, None, ROWS)
    assert missing.startswith("0 B columns to ")
