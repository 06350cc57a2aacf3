"""Small files of microscopes' formats that RosettaSciIO reads but does not write."""

import json
import struct

import h5py
import numpy as np


def _json(value):
    return np.array([json.dumps(value).encode()], dtype=object)


def write_velox(path, images, pixel_m=15.6e-12, spectrum=False):
    """Write an EMD file as Velox does: images (dict of title -> array (frame, y, x)), and perhaps a spectrum image."""
    text = h5py.string_dtype()
    with h5py.File(path, "w") as file:
        file.create_dataset("Version", data=_json({"format": "Velox", "version": "11"}), dtype=text)
        shown = file.create_group("Displays/ImageDisplay")
        for number, (title, data) in enumerate(images.items()):
            key = f"{number:032x}"
            group = file.create_group(f"Data/Image/{key}")
            frames = np.moveaxis(data, 0, 2)
            group.create_dataset("Data", data=frames, chunks=(*frames.shape[:2], 1), compression="gzip")
            metadata = {
                "BinaryResult": {
                    "PixelSize": {"height": str(pixel_m), "width": str(pixel_m)},
                    "PixelUnitX": "m",
                    "DetectorIndex": str(number),
                },
                "Detectors": {f"Detector-{i}": {"DetectorName": name} for i, name in enumerate(images)},
                "Scan": {"FrameTime": "1.0"},
                "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1700000000"}},
            }
            raw = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
            group.create_dataset("Metadata", data=np.repeat(raw[:, None], data.shape[0], axis=1))
            reference = f"SharedProperties/ImageSeriesDataReference/{key}"
            file.create_dataset(reference, data=_json({"dataPath": f"/Data/Image/{key}"}), dtype=text)
            shown.create_dataset(key, data=_json({"data": f"/{reference}", "id": title}), dtype=text)
        if spectrum:
            file.create_group("Data/SpectrumImage/0")
            file.create_group("Data/SpectrumStream/0").create_dataset("Data", data=np.zeros((9, 1), np.uint16))


def write_ser(path, image, pixel_m=15.6e-12):
    """Write one image as TIA does (.ser)."""
    rows, columns = image.shape
    element = struct.pack("<ddi", 0.0, pixel_m, 0) * 2 + struct.pack("<hii", 6, columns, rows)  # 6: int32
    element += image[::-1].astype("<i4").tobytes()
    header = struct.pack("<HHHIIIII", 0x4949, 0x0197, 0x0210, 0x4122, 0x4152, 1, 1, 30 + 32)
    header += struct.pack("<I", 1)
    dimension = struct.pack("<iddiii", 1, 0.0, 1.0, 0, 0, 0)
    tables = struct.pack("<II", 70, 70 + len(element))
    tag = struct.pack("<HHI", 0x4152, 0, 1700000000)
    path.write_bytes(header + dimension + tables + element + tag)


def write_mrc(path, image, pixel_angstrom=0.156):
    """Write one image as MRC, of float32."""
    rows, columns = image.shape
    header = bytearray(1024)
    struct.pack_into("<4i", header, 0, columns, rows, 1, 2)
    struct.pack_into("<3i", header, 28, columns, rows, 1)
    struct.pack_into("<3f", header, 40, columns * pixel_angstrom, rows * pixel_angstrom, pixel_angstrom)
    struct.pack_into("<3i", header, 64, 1, 2, 3)
    header[208:216] = b"MAP DD\0\0"
    path.write_bytes(bytes(header) + image.astype("<f4").tobytes())


def _group(tags):
    return struct.pack(">BBi", 1, 0, len(tags)) + b"".join(_tag(name, value) for name, value in tags)


def _tag(name, value):
    """A tag of DM3: a group (list of name and value), text, a float, an int or an array."""
    kind = 20 if isinstance(value, list) else 21
    start = struct.pack(">Bh", kind, len(name)) + name.encode()
    if kind == 20:
        return start + _group(value)
    if isinstance(value, (str, np.ndarray)):
        text = isinstance(value, str)
        raw = value.encode("utf-16-le") if text else value.tobytes()
        code = 4 if text else {"u2": 4, "f4": 6, "c8": 6}[value.dtype.str[1:]]
        length = len(value) if text else value.size
        return start + b"%%%%" + struct.pack(">4i", 3, 20, code, length) + raw
    packed, code = (struct.pack("<f", value), 6) if isinstance(value, float) else (struct.pack("<L", value), 5)
    return start + b"%%%%" + struct.pack(">2i", 1, code) + packed


def _dm_image(name, data, scale, units):
    kind = {"u2": 10, "f4": 2}[data.dtype.str[1:]]
    axes = [[("Origin", 0.0), ("Scale", float(scale)), ("Units", unit)] for unit in reversed(units)]
    brightness = [("Origin", 0.0), ("Scale", 1.0), ("Units", "e")]
    calibrations = [("Brightness", brightness), ("Dimension", [("", axis) for axis in axes])]
    sizes = [("", n) for n in reversed(data.shape)]
    pixels = [("Calibrations", calibrations), ("Data", data), ("DataType", kind), ("Dimensions", sizes)]
    return [("ImageData", pixels), ("ImageTags", [("Acquisition", [("Frames", 1)])]), ("Name", name)]


def write_dm3(path, images, scale=0.0156):
    """Write a DM3 file: images (list of name, array and the units of its axes), which are preceded by a preview."""
    preview = ("", np.zeros((8, 8), "<u2"), ("", ""))
    listed = [("", _dm_image(name, data, scale, units)) for name, data, units in [preview, *images]]
    root = _group([("ImageList", listed), ("Thumbnails", [("", [("ImageIndex", 0)])])])
    path.write_bytes(struct.pack(">3i", 3, len(root), 1) + root + b"\0" * 8)
