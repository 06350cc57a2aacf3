"""Maps of the polarization: a cluster has its colour in the image and in the grid of settings."""

import numpy as np
import pytest

from ferrotune.figures import polarization_maps, setting_grid, style
from helpers.map_data import CELL, grid_of
from helpers.written import written

NAN = np.nan


def test_colours_of_correlations_that_are_painted():
    painted = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1], [0.5, 0, 0], [NAN, NAN, NAN]])
    red, green, blue, none, all_three, half, unknown = polarization_maps.composite(painted)
    assert np.argmax([red, green, blue], axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(red + green + blue, 1.0)
    np.testing.assert_allclose(none, 0.0)
    np.testing.assert_allclose(all_three, 1.0)
    np.testing.assert_allclose(half, red / 2)
    np.testing.assert_allclose(unknown, setting_grid.NO_VALUE)
    # a cluster that is nowhere among the sites takes nothing from the others
    np.testing.assert_allclose(polarization_maps.composite([[1.0, NAN, 0]]), [red])
    np.testing.assert_allclose(polarization_maps.composite([[1.0, 0.0]]), [red])
    np.testing.assert_allclose(polarization_maps.cluster_colours([0, 1, -1])[:2], [red, green])


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("pixel_size_pm", [15.6, None])
def test_the_figure_of_the_polarization_shows_the_clusters_in_their_colours(k, pixel_size_pm):
    y, x = np.mgrid[0.5:12, 0.5:12]
    yx = CELL * np.column_stack([y.ravel(), x.ravel()])
    labels = (x.ravel() // (12 / k)).astype(int)
    labels[0] = -1
    means = np.array([[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])[:k]
    polarization = np.where(labels[:, None] < 0, NAN, means[labels])
    correlations = np.linspace(0, 1, 6 * k).reshape(6, k)
    figure = polarization_maps.figure_polarization_maps(
        yx, polarization, labels, means, correlations, grid_of(), np.ones((320, 320), bool), pixel_size_pm
    )
    pictures = [a.images[0] for a in figure.axes if a.images and a.images[0].get_array().shape[:2] == (2, 3)]
    assert len(pictures) == 1 + k
    np.testing.assert_allclose(pictures[0].get_array().reshape(6, 3), polarization_maps.composite(correlations))
    for number, picture in enumerate(pictures[1:]):
        np.testing.assert_allclose(picture.get_array().ravel(), correlations[:, number])
        np.testing.assert_allclose(picture.cmap(1.0)[:3], polarization_maps.PRIMARIES[number], atol=0.01)
    assert f"P$_x$ ({'pm' if pixel_size_pm else 'px'})" in written(figure)
    assert style.render(figure, "png") == style.render(figure, "png")
