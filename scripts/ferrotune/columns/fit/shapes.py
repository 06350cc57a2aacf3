"""How elongated columns are: tilt and astigmatism stretch all columns of a place alike, and slowly over the image."""

import numpy as np

from ferrotune.columns.fit.gaussians import AMPLITUDE

SPREAD, MOST = 0.1, 0.5  # how far elongations vary over the image, and the most that is followed
# Steps are taken node by node, apart from the normal equations. A column's pixels are counted by each of the nodes
# around it and by its neighbours' tails: whole steps overshoot, half ones do not.
STEP = 0.5


class Shapes:
    """Elongations on the background's nodes: (m, 2), down the rows and along the diagonal."""

    def __init__(self, nodes):
        self.level = np.zeros((nodes, 2))

    def of(self, nodes):
        """Elongations (n, 2) of columns in which the nodes have the shares `nodes` (n, m)."""
        return nodes @ self.level

    def move(self, nodes, theta, own, by_shape, whole):
        """Take a step, of the columns' normal matrix own (n, 4, 4) and gradient by their shapes (n, 2).

        whole (n,) bool: columns that the frame or the mask does not come near; what is left of others looks bent.
        """
        # (t^2 - u^2)^2 / 4 and t^2 u^2 are a quarter each under the square of a Gaussian.
        told = nodes.T @ (whole * theta[:, AMPLITUDE] ** 2 * own[:, AMPLITUDE, AMPLITUDE] / 4)
        usual = told @ self.level / max(told.sum(), 1e-12)
        slope = nodes.T @ (whole[:, None] * by_shape) + (usual - self.level) / SPREAD**2
        step = STEP * slope / (told + SPREAD**-2)[:, None]
        self.level = np.clip(self.level + np.clip(step, -SPREAD, SPREAD), -MOST, MOST)
