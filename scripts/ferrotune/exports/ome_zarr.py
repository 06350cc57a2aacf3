"""Images with label maps as OME-Zarr 0.5, which napari and other viewers of bioimages open."""

import numpy as np

from ferrotune.exports.label_image import FIRST
from ferrotune.exports.scale import Scale
from ferrotune.images.smoothing import block_mean

SMALLEST = 256  # px; the coarsest of the levels has no longer edge than twice this
RGBA = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167))


def _levels(image, labels=False):
    """The image (y, x) at full size, at half of it, and so on (list of arrays); of a label map every other pixel."""
    levels = [image]
    while max(levels[-1].shape) > 2 * SMALLEST:
        levels.append(levels[-1][::2, ::2] if labels else block_mean(levels[-1], 2))
    return levels


def _multiscale(name, levels, scale, labels):
    """Metadata (yaozarrs.v05.Multiscale) of the levels of an image."""
    from yaozarrs import v05

    unit = "nanometer" if scale.far == "nm" else None
    datasets = []
    for number in range(len(levels)):
        step = 2**number
        # the middle of the first block of pixels; every other pixel of a label map stays where it was
        first = 0.0 if labels else (step - 1) / 2 * scale.px_far
        transforms = [v05.ScaleTransformation(scale=[step * scale.px_far] * 2)]
        transforms += [v05.TranslationTransformation(translation=[first] * 2)]
        datasets.append(v05.Dataset(path=str(number), coordinateTransformations=transforms))
    axes = [v05.SpaceAxis(name=axis, unit=unit) for axis in "yx"]
    return v05.Multiscale(name=name, axes=axes, datasets=datasets)


def _label_metadata(name, levels, scale):
    from yaozarrs import v05

    values = np.unique(levels[0])
    colors = [
        v05.LabelColor(**{"label-value": value}, rgba=[*RGBA[(value - FIRST) % len(RGBA)], 255])
        for value in values[values >= FIRST].tolist()
    ]
    image_label = {"colors": colors or None, "source": {"image": "../../"}}
    return v05.LabelImage(multiscales=[_multiscale(name, levels, scale, True)], **{"image-label": image_label})


def _with_whole_numbers(group):
    """Write the label values of a label map's colors as whole numbers: readers take no others, the model has floats."""
    ome = dict(group.attrs["ome"])
    for color in ome["image-label"].get("colors") or []:
        color["label-value"] = int(color["label-value"])
    group.attrs["ome"] = ome


def write_ome_zarr(path, image, labels, pixel_size_pm):
    """Write an image and its label maps as one OME-Zarr 0.5 image.

    Parameters
    ----------
    path : path of a folder, which is replaced
    image : (y, x) float32
    labels : dict of name to (y, x) uint8, from `ferrotune.exports.label_image.label_image`
    pixel_size_pm : float or None
    """
    import zarr
    from yaozarrs import v05
    from yaozarrs.write.v05 import write_image

    scale, how = Scale.of(pixel_size_pm), {"writer": "zarr", "overwrite": True}
    levels = _levels(image)
    metadata = v05.Image(multiscales=[_multiscale("image", levels, scale, False)])
    write_image(path, metadata, levels, **how)
    if not labels:
        return
    group = zarr.open_group(str(path), mode="r+").create_group("labels")
    group.attrs["ome"] = {"version": "0.5", "labels": list(labels)}
    for name, of_name in labels.items():
        levels = _levels(of_name, labels=True)
        write_image(f"{path}/labels/{name}", _label_metadata(name, levels, scale), levels, **how)
        _with_whole_numbers(group[name])
