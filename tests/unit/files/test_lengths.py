"""Units of length and of reciprocal space, however they are spelt."""

import pytest

from ferrotune.errors import InputError
from ferrotune.files.lengths import in_pm, pixel_sides


@pytest.mark.parametrize(
    ("pm", "spellings"),
    [
        (1.0, ["pm", "picometer", "Picometres"]),
        (100.0, ["Å", "\N{ANGSTROM SIGN}", "A", "Angstrom", "angstroms", "Ångström", "ang."]),
        (1e3, ["nm", "n_m", " NM ", "nanometer", "nanometres", "Nanometre"]),
        (1e6, ["um", "µm", "μm", "micron", "microns", "micrometre"]),
        (1e9, ["mm", "millimeters"]),
        (1e10, ["cm", "centimetre"]),
        (1e12, ["m", "metre", "meters"]),
        (None, ["", None, "px", "pixel", "<undefined>", "s", "eV", "inch", "counts"]),
    ],
)
def test_lengths(pm, spellings):
    assert {spelling: in_pm(spelling, "film.dm4") for spelling in spellings} == dict.fromkeys(spellings, pm)


@pytest.mark.parametrize(
    "unit",
    ["1/nm", "1 / nm", "nm-1", "nm^-1", "nm^(-1)", "nm⁻¹", "nm**-1", "Å-1", "1/Å", "mrad", "rad", "mrads", "deg"],
)
def test_units_of_reciprocal_space_are_refused(unit):
    with pytest.raises(InputError, match=r"image fft.dm4 is in reciprocal units"):
        in_pm(unit, "fft.dm4")


def test_sides_of_a_pixel():
    def axes(y, x, unit="nm"):
        return [{"scale": y, "units": unit}, {"scale": x, "units": unit}]

    assert pixel_sides(axes(0.02, -0.0201), "film.dm4") == pytest.approx((20.05, 20.05))
    assert pixel_sides(axes(0.02, 0.03), "film.dm4") == pytest.approx((20.0, 30.0))
    assert pixel_sides(axes(0.0, 0.02), "film.dm4") is None
    assert pixel_sides(axes(1.0, 1.0, "px"), "film.dm4") is None
    assert pixel_sides([], "film.dm4") is None
