"""Padded image of the fit, in units of its own range, and its comparison with a model, band by band."""

import numpy as np

from ferrotune.columns.fit import gaussians
from ferrotune.images.noise import measure_noise, sample_step

BAND_PX = 128  # rows of one task, whatever the number of threads


class PaddedImage:
    """An image and its mask, padded by `pad` px: values (y, x) = (image - offset) / scale, 0 outside the mask."""

    def __init__(self, image, mask, pad):
        step = sample_step(int(mask.sum()))
        low, high = np.percentile(image[mask][::step], [1, 99]) if mask.any() else (0.0, 1.0)
        self.offset, self.scale, self.pad = float(low), float(high - low) or 1.0, pad
        self.mask = np.pad(mask, pad)
        self.values = np.zeros(self.mask.shape, np.float32)
        inner = self.values[pad : pad + image.shape[0], pad : pad + image.shape[1]]
        np.divide(image - image.dtype.type(self.offset), self.scale, out=inner, casting="same_kind")
        inner[~mask] = 0
        used = np.flatnonzero(self.mask)
        self.sample = used[:: sample_step(used.size)]  # pixels from which the noise is measured
        height = len(self.values)
        # Used again in every pass: to allocate this memory each time takes as long as to fill it.
        self._drawn, self._weight = np.empty_like(self.values), np.empty_like(self.values)
        self.bands = [(i, min(i + BAND_PX, height)) for i in range(0, height, BAND_PX)]

    def model(self, layers, background, level, threads):
        """Draw the model (y, x) on a background's `level` (m,).

        layers : list of ferrotune.columns.fit.normal_matrix.Layer
        """
        model = self._drawn

        def draw(band):
            model[slice(*band)] = background.field(level, band)
            for layer in layers:
                gaussians.render(layer.theta, layer.elongation, layer.at, model, band)

        threads.map(draw, self.bands)
        return model

    def noise(self, model, theta, threads):
        """Measure the noise about a model (y, x) with the fitted columns theta (n, 4)."""
        levels = model.ravel()[self.sample]
        yx = np.column_stack(np.divmod(self.sample, self.mask.shape[1])) - self.pad
        return measure_noise(self.values.ravel()[self.sample] - levels, levels, gaussians.leverage(yx, theta, threads))

    def weigh(self, model, noise, threads):
        """Weigh the residuals of a model: weights (y, x), residuals times weights (y, x), mean weighted square.

        Without noise all weights are 1. The second array overwrites the model. The mean is in squares of the image's
        units, whatever the sum of weights.
        """
        weight = self._weight

        def compare(band):
            part = slice(*band)
            if noise:
                np.divide(self.mask[part], noise.variance(model[part]), out=weight[part])
            else:
                weight[part] = self.mask[part]
            np.subtract(self.values[part], model[part], out=model[part])
            square = np.einsum("yx,yx,yx->y", weight[part], model[part], model[part]).sum(dtype=float)
            model[part] *= weight[part]
            return square, weight[part].sum(axis=1).sum(dtype=float)

        square, total = np.sum(threads.map(compare, self.bands), axis=0)
        return weight, model, square / max(total, 1e-12)
