"""Rotation and shift of images: affine matrices, bilinear resampling, and the first moment that gives an angle."""

import numpy as np
import torch
from torch.nn.functional import grid_sample


def first_moment(window):
    """Weights (y * x, 2) of a patch's first angular moment (x, y): its dipole over the largest circle inside it.

    The weights fade towards the rim, where columns are cut, and towards the middle, where a column that is slightly
    off the centre would change the angle.
    """
    y, x = np.meshgrid(*(np.arange(side) - (side - 1) / 2 for side in window), indexing="ij")
    fading = np.maximum(1 - (x**2 + y**2) / (min(window) / 2) ** 2, 0)
    return torch.as_tensor(np.stack([x * fading, y * fading], -1).reshape(-1, 2), dtype=torch.float32)


def affine_matrices(window, canvas, size, angle, shift):
    """Matrices (*size, 2, 3) that map the pixels of a window to those of a canvas, as `grid_sample` takes them.

    Parameters
    ----------
    window, canvas : (height, width) px
    size : tuple of int, shape of the batch
    angle : (*size,) tensor, rad, from x towards y; None: no rotation
    shift : (*size, 2) tensor, (y, x), shares of the window; None: no shift. One of the two must be given.

    Notes
    -----
    `grid_sample` counts x and y from -1 to 1 over each side. An image is shifted first and then rotated: the point u
    of the window, px from its middle, shows the point of the canvas that is u rotated back, minus the shift.
    """
    like = angle if angle is not None else shift[..., 0]
    angle = torch.zeros_like(like) if angle is None else angle
    shift = torch.zeros(*angle.shape, 2, device=angle.device) if shift is None else shift
    (height, width), (canvas_y, canvas_x) = window, canvas
    cos, sin, y, x = angle.cos(), angle.sin(), height * shift[..., 0], width * shift[..., 1]
    along_x = [cos * width, sin * height, -2 * x]
    along_y = [-sin * width, cos * height, -2 * y]
    rows = torch.stack([torch.stack(along_x, -1) / canvas_x, torch.stack(along_y, -1) / canvas_y], -2)
    return rows.expand(*size, 2, 3)


def resample(images, matrices, window):
    """Patches (n, y * x) of a window, resampled from images (n, 1, height, width) with matrices (n, 2, 3)."""
    y, x = ((2 * torch.arange(side, device=matrices.device) + 1) / side - 1 for side in window)
    # torch's affine_grid does the same, but multiplies small matrices, which takes a sixth of the whole step
    by_x, by_y, start = matrices[:, None, None].unbind(-1)
    grid = by_x * x[:, None] + (by_y * y[:, None, None] + start)
    return grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False).flatten(1)
