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
