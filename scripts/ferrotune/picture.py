"""An image as the fit sees it: padded, in units of its own range, and compared with a model, band by band."""

import numpy as np
from joblib import delayed

from ferrotune import gaussians
from ferrotune.noise import measure_noise, sample_step

BAND_PX = 128  # rows worked on by one task, whatever the number of threads


class Picture:
    """Values and mask (y, x) of an image, padded by `pad` px: value = (image - offset) / scale, 0 outside the mask."""

    def __init__(self, image, mask, pad):
        step = sample_step(int(mask.sum()))
        low, high = np.percentile(image[mask][::step], [1, 99]) if mask.any() else (0.0, 1.0)
        self.offset, self.scale, self.pad = float(low), float(high - low) or 1.0, pad
        self.mask = np.pad(mask, pad)
        self.values = np.zeros(self.mask.shape, np.float32)
        inner = self.values[pad : pad + image.shape[0], pad : pad + image.shape[1]]
        np.divide(image - image.dtype.type(self.offset), self.scale, out=inner, casting="same_kind")
        inner[~mask] = 0
        self.lit = int(mask.sum())
        height = len(self.values)
        self.bands = [(i, min(i + BAND_PX, height)) for i in range(0, height, BAND_PX)]

    def model(self, theta, shape, at, background, level, parallel):
        """Model (y, x): columns theta (n, 4) of shapes (n, 2) in their windows `at`, on the background's nodes (m,)."""
        model = np.empty_like(self.values)

        def draw(band):
            model[slice(*band)] = background.field(level, band)
            gaussians.render(theta, shape, at, model, band)

        parallel(delayed(draw)(band) for band in self.bands)
        return model

    def noise(self, model, theta):
        """Noise about a model (y, x) with the fitted columns theta (n, 4)."""
        at = np.flatnonzero(self.mask)[:: sample_step(self.lit)]
        levels = model.ravel()[at]
        yx = np.column_stack(np.divmod(at, self.mask.shape[1])) - self.pad
        return measure_noise(self.values.ravel()[at] - levels, levels, gaussians.leverage(yx, theta))

    def weigh(self, model, noise, parallel):
        """Weights (y, x), and residuals times weights, which take the model's place. Without noise all weigh 1."""
        weight = np.empty_like(model)

        def compare(band):
            part = slice(*band)
            weight[part] = self.mask[part] / noise.variance(model[part]) if noise else self.mask[part]
            model[part] = (self.values[part] - model[part]) * weight[part]

        parallel(delayed(compare)(band) for band in self.bands)
        return weight, model
