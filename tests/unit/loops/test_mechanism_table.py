import numpy as np
import pytest

from ferrotune.loops.linear_components import linear_loops
from ferrotune.loops.mechanism_table import mean_spectra, mechanism_rows
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops


@pytest.fixture(scope="module")
def toy():
    return simulated_loops(LoopSpecimen(shape=(20, 20)), seed=1)


def test_the_mean_loop_of_one_step_switches_at_its_coercive_voltage(toy):
    loops, mechanism = toy.channels["piezoresponse"].reshape(1, 400, -1), toy.mechanism.ravel()
    numbers = np.where(mechanism == toy.names.index("one_step"), 0, -1)
    seen, count, mean, deviation = mean_spectra(loops, numbers)
    (row,) = mechanism_rows(toy.voltage, seen, count, mean[0], 400)
    coercive, imprint = (toy.parameters[name].ravel()[numbers == 0].mean() for name in ("coercive", "imprint"))
    assert row["sites"] == (numbers == 0).sum() and row["share"] == row["sites"] / 400
    assert row["coercive_falling"] == pytest.approx(imprint - coercive, abs=0.4)
    assert row["coercive_rising"] == pytest.approx(imprint + coercive, abs=0.4)
    assert deviation.shape == mean.shape and row["misfit"] < 0.05


def test_without_a_decided_site_there_is_no_row(toy):
    loops = toy.channels["piezoresponse"].reshape(1, 400, -1)
    seen, count, mean, _ = mean_spectra(loops, np.full(400, -1))
    assert mechanism_rows(toy.voltage, seen, count, mean[0], 400) == [] and mean.shape == (1, 0, 96)


def test_linear_components_are_loops_of_the_data_at_two_standard_deviations(toy):
    loops = toy.channels["piezoresponse"].reshape(400, -1).astype(float)
    found = linear_loops(loops, 3)
    assert {name: of.shape for name, of in found.items()} == {"PCA": (3, 2, 96), "NMF": (3, 1, 96), "ICA": (3, 2, 96)}
    for name in ("PCA", "ICA"):  # the two lie on opposite sides of the mean
        assert found[name].mean(axis=1) == pytest.approx(np.tile(loops.mean(axis=0), (3, 1)), abs=1e-9)
    weight = (loops - loops.mean(axis=0)) @ (found["PCA"][0, 0] - loops.mean(axis=0))
    length = np.square(found["PCA"][0, 0] - loops.mean(axis=0)).sum()
    assert weight.std() / length == pytest.approx(0.5, rel=0.01)  # the component is two standard deviations long
