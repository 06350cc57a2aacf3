"""Pictures turned and shifted: where each pixel of a patch comes from, and which way a patch lies."""

import numpy as np
import torch
from torch.nn.functional import grid_sample


def first_moment(window):
    """Weights (y * x, 2) of a patch's first angular moment, (x, y): its dipole over the circle that fits in it.

    They fade towards the rim, where columns are cut, and in the middle, where one that is off it would turn the angle.
    """
    y, x = np.meshgrid(*(np.arange(side) - (side - 1) / 2 for side in window), indexing="ij")
    fading = np.maximum(1 - (x**2 + y**2) / (min(window) / 2) ** 2, 0)
    return torch.as_tensor(np.stack([x * fading, y * fading], -1).reshape(-1, 2), dtype=torch.float32)


def placing(window, canvas, size, angle, shift):
    """Matrices (*size, 2, 3) from the pixels of a window to those of a canvas, as `grid_sample` counts them.

    It counts x and y from -1 to 1 over the side of each. A picture is shifted (shares of the window), then turned: a
    point u of the window, px from its middle, shows what the canvas has at u turned back, less the shift.
    """
    like = angle if angle is not None else shift[..., 0]
    turn = torch.zeros_like(like) if angle is None else angle
    by = torch.zeros(*turn.shape, 2, device=turn.device) if shift is None else shift
    (height, width), (canvas_y, canvas_x) = window, canvas
    cos, sin, y, x = turn.cos(), turn.sin(), height * by[..., 0], width * by[..., 1]
    along_x = [cos * width, sin * height, -2 * x]
    along_y = [-sin * width, cos * height, -2 * y]
    rows = torch.stack([torch.stack(along_x, -1) / canvas_x, torch.stack(along_y, -1) / canvas_y], -2)
    return rows.expand(*size, 2, 3)


def sampled(pictures, matrices, window):
    """Patches (n, y * x) of a window from pictures (n, 1, height, width), placed by matrices (n, 2, 3)."""
    y, x = ((2 * torch.arange(side, device=matrices.device) + 1) / side - 1 for side in window)
    # as torch's affine_grid, which multiplies small matrices and takes a sixth of the whole step for it
    by_x, by_y, start = matrices[:, None, None].unbind(-1)
    grid = by_x * x[:, None] + (by_y * y[:, None, None] + start)
    return grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False).flatten(1)
