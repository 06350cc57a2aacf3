"""Simulated images: the image agrees with its truth, and each imperfection does what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from ferrotune.errors import InputError
from ferrotune.simulation.domain_patterns import GEOMETRIES, VARIANTS
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen, polarization_of

# No imperfection at all: each test adds the one that it is about.
IDEAL = {
    "shape": (320, 360),
    "lattice_rotation_deg": 0.0,
    "lattice_shear_deg": 0.0,
    "dose": np.inf,
    "mistilt": 0.0,
    "mistilt_shift_pm": 0.0,
    "thickness_gradient": 0.0,
    "jitter_px": 0.0,
    "drift_px": 0.0,
}


def ideal(**changes):
    return simulate(Specimen(**(IDEAL | changes)), seed=1)


def centroid(image, yx, reach=6):
    """Centre of mass above the background near each position, iterated."""
    window = np.stack(np.mgrid[-reach : reach + 1, -reach : reach + 1], axis=-1)
    found = []
    for y, x in yx:
        corner = np.rint([y, x]).astype(int)
        part = image[corner[0] - reach : corner[0] + reach + 1, corner[1] - reach : corner[1] + reach + 1]
        weight = np.clip(part - part.min(), 0, None) ** 2
        found.append(corner + np.tensordot(weight, window, axes=2) / weight.sum())
    return np.array(found)


def inner(simulation, margin=14):
    yx = simulation.columns_yx
    return np.all((yx > margin) & (yx < np.array(simulation.image.shape) - 1 - margin), axis=1)


def test_columns_are_where_the_truth_says():
    simulation = ideal(probe_sigma_px=2.0)  # narrow enough that neighbours do not overlap
    yx = simulation.columns_yx[inner(simulation)]
    assert np.abs(centroid(simulation.image, yx) - yx).max() < 0.06


def test_peaks_are_bi_and_fe():
    simulation = ideal(probe_sigma_px=2.0, background=0.25, b_intensity=0.3, polarization_pm=0.0)
    yx = np.rint(simulation.columns_yx).astype(int)
    peak = simulation.image[tuple(yx.T)] * 1.25 - 0.25  # back to shares of a Bi column
    off_grid = np.exp(-((simulation.columns_yx - yx) ** 2).sum(axis=1) / (2 * 2.0**2))
    assert np.allclose(peak, np.where(simulation.sublattice == 0, 1.0, 0.3) * off_grid, atol=1e-3)


def test_fe_moves_by_the_polarization_along_a_variant():
    simulation = ideal(polarization_pm=31.2, pixel_size_pm=15.6, wall_width=0.2)
    polarization, domain = simulation.cells["polarization"], simulation.cells["domain"]
    inside = np.isclose(np.hypot(*polarization.T), 2.0)  # 31.2 pm at 15.6 pm a pixel
    assert inside.mean() > 0.8
    assert np.allclose(polarization[inside], 2.0 * VARIANTS[domain[inside]])


def test_polarization_rotates_with_the_lattice():
    cells = ideal(geometry="mottled", lattice_rotation_deg=7.0).cells
    variant = VARIANTS[cells["domain"]]
    inside = np.hypot(*cells["polarization"].T) > 0.95 * 40 / 15.6
    y, x = cells["polarization"][inside].T
    rotated = np.arctan2(x, y) - np.arctan2(variant[inside, 1], variant[inside, 0])
    rotated = np.degrees((rotated + np.pi) % (2 * np.pi) - np.pi)
    assert inside.sum() > 20 and np.abs(rotated - 7.0).max() < 20  # the tail of a wall rotates P by some degrees more
    assert np.median(rotated) == pytest.approx(7.0, abs=0.5)


def test_cells_have_the_lattice_parameters():
    cells = ideal(cell_px=(24.0, 27.0), lattice_rotation_deg=3.0, lattice_shear_deg=1.5).cells
    assert np.allclose(cells["a"], 24.0) and np.allclose(cells["b"], 27.0)
    assert np.allclose(cells["alpha"], 88.5)
    assert np.allclose(cells["volume"], 24.0 * 27.0 * np.sin(np.radians(88.5)))
    ab, yx = cells["ab"], cells["yx"]
    fitted = np.linalg.lstsq(np.column_stack([ab, np.ones(len(ab))]), yx, rcond=None)[0]
    assert np.hypot(*fitted[:2].T) == pytest.approx([24.0, 27.0])
    assert len(np.unique(ab, axis=0)) == len(ab) and ab.min() == 0


def test_polarization_of_composition():
    assert polarization_of(0) == 40.0
    assert polarization_of(20) == polarization_of(25) == 0.0
    assert np.all(np.diff([polarization_of(sm) for sm in (0, 7, 10, 13, 20)]) < 0)
    assert Specimen(sm_percent=7).polarization_pm == polarization_of(7)


def test_sm_dims_and_scatters_the_a_columns_only():
    def peaks(sm):
        s = ideal(sm_percent=sm, probe_sigma_px=2.0, polarization_pm=0.0)
        keep = inner(s) & (np.abs(s.columns_yx - np.rint(s.columns_yx)).max(axis=1) < 0.5)
        yx = np.rint(s.columns_yx[keep]).astype(int)
        off_grid = np.exp(-((s.columns_yx[keep] - yx) ** 2).sum(axis=1) / 8.0)
        return (s.image[tuple(yx.T)] * 1.5 - 0.5) / off_grid, s.sublattice[keep]

    pure, sublattice = peaks(0.0)
    doped, _ = peaks(20.0)
    a, b = sublattice == 0, sublattice == 1
    step = 1 - (62 / 83) ** 1.7
    assert doped[a].mean() == pytest.approx(1 - 0.2 * step, abs=0.01)
    assert doped[a].std() == pytest.approx(step * np.sqrt(0.2 * 0.8 / 30), rel=0.3)  # binomial occupancy
    assert pure[a].std() < 0.002 and np.allclose(pure[b], doped[b], atol=2e-3)


def test_jitter_moves_the_rows_and_leaves_the_truth():
    still, shaken = ideal(probe_sigma_px=2.0), ideal(probe_sigma_px=2.0, jitter_px=0.5)
    assert np.array_equal(still.columns_yx, shaken.columns_yx)
    reference, seen = (np.fft.fft(s.image - s.image.mean(), axis=1) for s in (still, shaken))
    # A shift of a row changes the phase of its strongest harmonic (the columns' own period).
    k = np.argmax(np.abs(reference).sum(axis=0)[1:180]) + 1
    bright = np.abs(reference[:, k]) > 0.3 * np.abs(reference[:, k]).max()
    shift = -np.angle(seen[:, k] / reference[:, k])[bright] * 360 / (2 * np.pi * k)
    assert shift.std() == pytest.approx(0.5, rel=0.2)


@pytest.mark.parametrize("angle", [0.0, 10.0])
def test_after_the_flyback_columns_are_seen_nearer_to_the_beginning_of_the_row(angle):
    simulation = ideal(probe_sigma_px=2.0, flyback_px=3.0, flyback_length_px=40.0, scan_rotation_deg=angle)
    fast = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    left = np.nanmin(np.where(np.isfinite(simulation.image), (np.indices(simulation.image.shape).T @ fast).T, np.nan))
    yx = simulation.columns_yx[inner(simulation)]
    yx = yx[yx @ fast - left > 14]
    seen = yx @ fast - left
    for _ in range(20):  # a pixel shows what is as far ahead of it as the beam is behind
        seen = yx @ fast - left - 3.0 * np.exp(-seen / 40.0)
    expected = yx + np.outer(seen + left - yx @ fast, fast)
    image = np.where(np.isfinite(simulation.image), simulation.image, np.nanmin(simulation.image))
    inside = distance_transform_edt(np.pad(np.isfinite(simulation.image), 1))[1:-1, 1:-1]
    near = inside[tuple(np.rint(expected).astype(int).T)] > 14
    assert np.abs(centroid(image, expected[near]) - expected[near]).max() < 0.1
    assert np.hypot(*(expected - yx).T).max() > 1.5


def test_drift_is_smooth_bounded_and_part_of_the_truth():
    still, drifted = ideal(), ideal(drift_px=3.0)
    displacement, _ = cKDTree(still.columns_yx).query(drifted.columns_yx[inner(drifted)])
    assert 0.3 < displacement.max() <= 3.0
    narrow = ideal(drift_px=3.0, probe_sigma_px=2.0)
    yx = narrow.columns_yx[inner(narrow)]
    assert np.abs(centroid(narrow.image, yx) - yx).max() < 0.06
    assert np.abs(drifted.cells["a"] - 25.5).max() < 1.5  # no jump between neighbouring rows


def test_mistilt_shifts_fe_and_smears_columns_towards_the_right():
    tilted = ideal(
        polarization_pm=0.0,
        mistilt=0.5,
        mistilt_shift_pm=15.6,
        mistilt_direction_deg=90.0,
        probe_sigma_px=2.0,
    )
    x, apparent = tilted.cells["yx"][:, 1], tilted.cells["polarization"]
    assert np.allclose(apparent[:, 0], 0)
    assert np.allclose(apparent[:, 1], x / 359)  # 15.6 pm are one pixel, reached at the right edge
    bright = tilted.columns_yx[inner(tilted) & (tilted.sublattice == 0)]
    last = bright[bright[:, 1].argmax()]
    y, x0 = np.rint(last).astype(int)
    rise = tilted.image[y - 2 : y + 3, x0 - 2 : x0 + 3] - tilted.image.min()
    assert rise[2, 0] + rise[2, 4] > 1.2 * (rise[0, 2] + rise[4, 2])  # wider along x than along y


def test_thickness_gradient_multiplies_the_signal():
    flat, wedge = ideal(), ideal(thickness_gradient=0.4)
    ratio = wedge.image / flat.image
    assert np.allclose(ratio, (1 + 0.4 * (np.arange(320) / 319 - 0.5))[:, None])


def test_substrate_has_no_polarization_and_no_domain():
    strip = ideal(substrate_cells=4, shape=(400, 400), mistilt_shift_pm=0.0)
    y, domain = strip.cells["yx"][:, 0], strip.cells["domain"]
    below = domain == -1
    assert not strip.cells["polarization"][below].round(9).any()
    assert y[below].min() > y[~below].max()
    assert (399 - y[below].min()) / 25.5 == pytest.approx(4, abs=1.0)
    film, substrate = strip.image[:200].max(), strip.image[-60:].max()
    assert substrate < 0.85 * film


def test_shot_noise_is_poisson():
    noisy = simulate(Specimen(**(IDEAL | {"dose": 150.0})), 1).image
    expected = 150.0 * ideal().image
    z = (noisy - expected) / np.sqrt(expected)
    assert np.array_equal(noisy, np.rint(noisy))
    assert z.mean() == pytest.approx(0.0, abs=0.02) and z.std() == pytest.approx(1.0, abs=0.02)
    assert expected.max() == pytest.approx(150.0, rel=0.05)  # counts on top of a Bi column


def test_scan_frame_leaves_nan_outside_and_columns_inside():
    rotated = ideal(scan_rotation_deg=10.0)
    blank = np.isnan(rotated.image)
    assert 0.1 < blank.mean() < 0.5 and blank[0, 0] and not blank[160, 180]
    yx = np.rint(rotated.columns_yx).astype(int)
    assert not blank[tuple(yx.T)].any()
    assert not np.isnan(ideal().image).any()


@settings(max_examples=15)
@given(
    angle=st.floats(-45, 45),
    lattice=st.floats(-20, 20),
    rows=st.integers(64, 200),
    columns=st.integers(64, 200),
    seed=st.integers(0, 99),
)
def test_truth_stays_a_pixel_inside_the_frame(angle, lattice, rows, columns, seed):
    specimen = Specimen(
        **IDEAL
        | {
            "shape": (rows, columns),
            "scan_rotation_deg": angle,
            "lattice_rotation_deg": lattice,
            "drift_px": 2.0,
        }
    )
    simulation = simulate(specimen, seed)
    low, high = np.floor(simulation.columns_yx).astype(int), np.ceil(simulation.columns_yx).astype(int)
    for corner in (low, high):
        assert np.isfinite(simulation.image[tuple(corner.T)]).all()
    n = len(simulation.cells["yx"])
    assert all(len(values) == n for values in simulation.cells.values())


def test_every_cell_has_its_five_columns_and_back():
    simulation = simulate(Specimen(shape=(300, 300)), 4)
    a, b = (simulation.columns_yx[simulation.sublattice == k] for k in (0, 1))
    fe = simulation.cells["yx"] + simulation.cells["polarization"]
    assert np.abs(fe[:, None] - b).sum(axis=2).min(axis=1).max() < 1e-9
    distance = np.sort(np.hypot(*(simulation.cells["yx"][:, None] - a).T).T, axis=1)
    assert np.allclose(distance[:, :4], np.hypot(25.5, 26.6) / 2, rtol=0.03)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_same_seed_same_bytes(geometry):
    specimen = Specimen(geometry=geometry, shape=(200, 220), scan_rotation_deg=4.0)
    first, again, other = (simulate(specimen, seed) for seed in (3, 3, 4))
    assert first.image.tobytes() == again.image.tobytes() != other.image.tobytes()
    assert all(first.cells[k].tobytes() == again.cells[k].tobytes() for k in first.cells)
    assert first.settings["seed"] == 3 and first.settings["geometry"] == geometry


def test_a_change_of_dose_leaves_the_specimen_alone():
    low, high = (simulate(Specimen(shape=(200, 200), dose=dose, sm_percent=7), 5) for dose in (20, 200))
    assert np.array_equal(low.columns_yx, high.columns_yx)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"geometry": "vortex"}, "'vortex' is unknown.*walls_109.*none"),
        ({"sm_percent": -1}, "sm_percent must be a number from 0 to 50, not -1"),
        ({"sm_percent": "7"}, "sm_percent"),
        ({"dose": float("nan")}, "dose"),
        ({"dose": None}, "dose"),
        ({"jitter_px": True}, "jitter_px"),
        ({"shape": (10, 100)}, "shape must be two whole numbers"),
        ({"shape": 512}, "shape"),
        ({"shape": (100.5, 100)}, "shape"),
        ({"cell_px": (25.5, 0)}, "cell_px"),
        ({"flyback_px": 10, "flyback_length_px": 8}, "flyback_px must be below flyback_length_px"),
    ],
)
def test_settings_out_of_range_say_which(setting, says):
    with pytest.raises(InputError, match=says):
        Specimen(**setting)


def test_lists_from_a_sheet_are_taken():
    assert Specimen(shape=[64, 80], cell_px=[25, 26]) == Specimen(shape=(64, 80), cell_px=(25.0, 26.0))
