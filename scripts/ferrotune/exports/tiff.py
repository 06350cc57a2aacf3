"""Images as TIFF that ImageJ and Fiji open with their pixel size."""

from ferrotune.exports.scale import Scale


def write_tiff(image, path, pixel_size_pm, labels=None):
    """Write an image as an ImageJ TIFF.

    Parameters
    ----------
    image : (y, x) float32 or uint8
    path : path
    pixel_size_pm : float or None
    labels : str, optional
        What the numbers of a label map are, for the file's information in ImageJ.
    """
    import tifffile

    scale = Scale.of(pixel_size_pm)
    metadata = {"axes": "YX", "unit": "nm" if scale.far == "nm" else "pixel"}
    metadata |= {} if labels is None else {"Info": labels}
    tifffile.imwrite(path, image, imagej=True, resolution=(1 / scale.px_far,) * 2, metadata=metadata)
