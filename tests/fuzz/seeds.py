"""Small good files of every kind that users give: what the fuzzing begins with."""

import io
import zipfile

import h5py
import numpy as np
import openpyxl
import tifffile
from PIL import Image

from ferrotune.exports.hyperspy_file import write_hspy
from ferrotune.files.sm_bfo_record import write_truth
from helpers.vendor_files import write_dm3, write_mrc, write_ser, write_velox

SIDE = 40  # px: the least that is an image is 32
GRID = np.argwhere(np.ones((8, 8))) * 5.0 + 2.5  # (64, 2) px, columns that the references lie on
SHEET = "image\tsm_percent\tpath\tpixel_size_pm\treference\tlattice\tmask\tcontrast\n"
ROWS = (
    "film_a\t7\tfilm.tif\t15.6\t\t395\tbox 1 1 5 5; polygon 1 1 1 9 9 9\tauto\nfilm_b\t10%\tb.dm4#HAADF\t15,6\t\t\t\t\n"
)
CONFIGS = (
    "series: film\nimages: my.tsv\nsites: A\nmode: guarded\nsearch: {trials: 40, batch: 10, startup: 20, seed: 1}\n",
    "series: film\nimages: my.tsv\npipelines:\n  patch_gmm:\n    space:\n      rank: [4, 8]\n"
    "      w1: {low: 1.0, high: 2.0, step: 0.5}\n      components: {low: 2, high: 6, step: 1}\n  fft_svd: null\n",
    "images: null\nimage: film.tif\npixel_size: 15.6\nsearch:\n  trials: auto\nselect:\n  film: {patch_gmm: 3}\n",
    "series: film\nimages: my.tsv\nobjectives: {curvature: minimise, length: maximise}\nrewards: [cheap, icl]\n"
    "judge: {false_discovery_rate: 0.05, twins: true}\n"
    "import: {pixel_limit: 1000, crop: {rows: [0, 9], columns: [0, 9]}}\n",
    "series: film\nimages: my.tsv\nsimulation:\n  seed: 1\n  default: {shape: [460, 480], dose: 400.0}\n"
    "  images: {film: {geometry: walls_109, seed: 3}}\nconfidence: {distance: 0.05}\n",
    "series: film\nimages: my.tsv\npipelines: {both: {choice: [patch_gmm, cell_gmm]}}\ncolumns: {finder: log_rewards, "
    "trials: 5, blob_log: {unit: px, min_sigma: 1, max_sigma: 4, num_sigma: 3}}\n",
)


def _image():
    y, x = np.mgrid[:SIDE, :SIDE]
    return (1000 * (1.2 + np.cos(y) * np.cos(x))).astype(np.float32)


def _tables(folder):
    """Sample sheets and references as people write them."""
    sheet = SHEET + ROWS
    labels = "y_px,x_px,label\n" + "".join(f"{y:.1f},{x:.1f},{i % 3}\n" for i, (y, x) in enumerate(GRID))
    texts = {"sheet.tsv": sheet, "sheet.csv": sheet.replace(",", ".").replace("\t", ","), "labels.csv": labels}
    texts["semicolons.csv"] = labels.replace(",", ";").replace(".", ",")
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "utf16.tsv").write_bytes(sheet.encode("utf-16"))
    for name, text in (("sheet.xlsx", sheet), ("labels.xlsx", labels.replace(",", "\t"))):
        book = openpyxl.Workbook()
        for line in text.splitlines():
            book.active.append(line.split("\t"))
        book.save(folder / name)
    sheets = [folder / name for name in ("sheet.tsv", "sheet.csv", "utf16.tsv", "sheet.xlsx")]
    return sheets, [folder / name for name in ("labels.csv", "semicolons.csv", "labels.xlsx")]


def _images(folder):
    image = _image()
    frames = np.stack([image, image + 1])
    np.save(folder / "a.npy", image)
    np.savez(folder / "a.npz", haadf=image)
    np.savez_compressed(folder / "packed.npz", haadf=image, other=image)
    Image.fromarray(image.astype(np.uint8)).save(folder / "a.png")
    tifffile.imwrite(folder / "plain.tif", image)
    tifffile.imwrite(folder / "lzw.tif", image.astype(np.uint16), compression="lzw", predictor=True)
    tifffile.imwrite(folder / "deflate.tif", image, compression="deflate", tile=(16, 16))
    tifffile.imwrite(
        folder / "imagej.tif", frames, imagej=True, resolution=(64, 64), metadata={"unit": "nm", "axes": "TYX"}
    )
    ome = {
        "axes": "YX",
        "PhysicalSizeX": 15.6,
        "PhysicalSizeXUnit": "pm",
        "PhysicalSizeY": 15.6,
        "PhysicalSizeYUnit": "pm",
    }
    tifffile.imwrite(folder / "ome.ome.tif", image, metadata=ome)
    with h5py.File(folder / "record.h5", "w") as file:
        file["MainImage"] = image
    write_velox(folder / "velox.emd", {"HAADF": frames, "BF": frames})
    with h5py.File(folder / "ncem.emd", "w") as file:
        group = file.create_group("signals/HAADF")
        group.attrs["emd_group_type"] = 1
        group["data"] = image
        for number, name in ((1, "y"), (2, "x")):
            group[f"dim{number}"] = np.arange(SIDE) * 0.0156
            group[f"dim{number}"].attrs.update({"name": name, "units": "[n_m]"})
        file.attrs.update({"version_major": 0, "version_minor": 2})
    write_ser(folder / "a.ser", image.astype(int))
    write_mrc(folder / "a.mrc", image)
    write_dm3(folder / "a.dm3", [("HAADF", image, ("nm", "nm"))])
    write_hspy(folder / "a.hspy", "HAADF", image, {"yx": GRID, "sublattice": np.zeros(len(GRID), int)}, {}, 5.0, 15.6)
    return {path.name: path for path in sorted(folder.iterdir())}


def write_seeds(folder):
    """Write the seeds.

    Parameters
    ----------
    folder : Path, empty

    Returns
    -------
    dict of kind -> list of Path
        image, mask, sheet, reference, config: what `fuzz.targets` reads.
    """
    (folder / "images").mkdir(parents=True)
    images = _images(folder / "images")
    sheets, labels = _tables(folder)
    truth = folder / "truth.h5"
    cells = {"yx": GRID, "polarization": np.ones_like(GRID), "domain": np.zeros(len(GRID), np.int8)}
    write_truth(truth, GRID, np.zeros(len(GRID), np.int8), cells, 15.6)
    with h5py.File(folder / "cells.h5", "w") as file:
        file["xy_COM"], file["Pxy"] = GRID.T, np.stack([np.cos(GRID[:, 0]), np.sin(GRID[:, 1])])
        file["ab"], file["a"] = GRID.T, np.ones((1, len(GRID)))
    configs = []
    for number, text in enumerate(CONFIGS):
        configs.append(folder / f"config{number}.yaml")
        configs[-1].write_text(text)
    masks = [images[name] for name in ("a.npy", "a.png", "plain.tif")]
    return {
        "image": list(images.values()),
        "mask": masks,
        "sheet": sheets,
        "reference": [*labels, truth, folder / "cells.h5"],
        "config": configs,
    }


def repacked(data, change):
    """A zip (bytes) whose members are changed by a function of their bytes; None where the data are no zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # what was mutated before
        return None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, change(content))
    return out.getvalue()
