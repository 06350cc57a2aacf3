"""Bad input: one clear line, an exit status that is not 0, and the other images finished."""

import hashlib
import http.server
import threading

import h5py
import numpy as np
import pandas as pd
import pytest
import tifffile


@pytest.fixture(scope="module")
def bad_images(tmp_path_factory, finished):
    """Every type of unusable image, in one sample sheet with a good one: (process, case)."""
    folder = tmp_path_factory.mktemp("bad")
    rng = np.random.default_rng(0)
    source = finished.results("stripes", "source", "HAADF.h5")
    with h5py.File(source) as file:
        good = file["MainImage"][...]
    (folder / "cut.h5").write_bytes(source.read_bytes()[:2000])
    (folder / "text.tif").write_text("this is no image")
    (folder / "what.xyz").write_text("?")
    tifffile.imwrite(folder / "rgb.tif", rng.integers(0, 255, (64, 64, 3), dtype=np.uint8), photometric="rgb")
    np.save(folder / "stack.npy", rng.normal(size=(4, 64, 64)))
    np.save(folder / "nan.npy", np.full((64, 64), np.nan))
    np.save(folder / "constant.npy", np.ones((64, 64)))
    np.save(folder / "noise.npy", rng.normal(size=(300, 300)))
    np.save(folder / "few.npy", good[:150, :150])
    (folder / "other.csv").write_text("y_px,x_px,label\n" + "".join(f"{9000 + i},{i},0\n" for i in range(50)))
    names = ["missing.tif", "cut.h5", "text.tif", "what.xyz", "rgb.tif", "stack.npy", "nan.npy", "constant.npy"]
    names += ["noise.npy", "few.npy"]
    rows = "".join(f"{name.replace('.', '_')}\t0\t{folder / name}\t\t\t\n" for name in names)
    rows += f"stranger\t0\t{source}\t\t{folder / 'other.csv'}\t\n"
    rows += "stripes\t0\tsimulated\t\t\t\n"
    rows += 2 * "twice\t0\tsimulated\t\t\t\n" + "un/fit\t0\tsimulated\t\t\t\nrich\t120\tsimulated\t\t\t\n"
    case = type(finished)(folder / "case", rows=rows)
    return case.run(), case


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("image missing_tif", "missing.tif"),
        ("image cut_h5", "cut.h5"),
        ("image text_tif", "text.tif"),
        ("image what_xyz", "what.xyz"),
        ("image rgb_tif", "rgb.tif"),
        ("image stack_npy", "stack.npy"),
        ("image nan_npy", "nan.npy"),
        ("image constant_npy", "constant.npy"),
        ("image noise_npy", "no lattice found"),
        ("image few_npy", "fewer than 8 x 8 unit cells"),
        ("image stranger", "does not match the image"),
        ("images", "'twice' occurs 2 times"),
        ("images", "'un/fit' is unfit for a path"),
        ("images", "120.0 is too large; the most is 100"),
    ],
)
def test_each_type_is_one_clear_line(bad_images, subject, words):
    lines = [line for line in bad_images[0].stdout.splitlines() if line.startswith(f"ferrotune: {subject}: ")]
    assert any(words in line for line in lines), bad_images[0].stdout[-3000:]


def test_the_exit_status_tells_and_the_good_image_is_finished(bad_images):
    process, case = bad_images
    assert process.returncode != 0
    assert case.results("stripes", "patch_gmm", "front.tsv").is_file()
    assert case.results("stripes", "explorer.html").is_file()
    assert "Traceback" not in process.stdout


def test_a_failed_image_leaves_the_summary_and_the_figure_of_the_others_until_it_is_mended(new_case, finished):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\nbad\t7\tbad.npy\t15.6\t\t\n")
    np.save(case.folder / "bad.npy", np.ones((64, 64)))
    process = case.run()
    assert process.returncode != 0
    assert "\nstripes, patch_gmm: walls (" in process.stdout
    assert "\nbad: no result: see the logs in results/tiny/bad/logs, correct the cause" in process.stdout
    partial = pd.read_csv(case.results("summary.partial.tsv"), sep="\t").set_index("image")
    assert partial.loc["bad", "answer"] == "no result: see the log" and partial.loc["bad", "sm_percent"] == 7
    assert partial.loc["stripes", "answer"] == "walls" and np.isnan(partial.loc["bad", "trial"])
    assert case.results("figures", "series.partial.png").stat().st_size > 10_000
    assert not case.results("summary.tsv").exists()

    with h5py.File(finished.results("diagonal", "source", "HAADF.h5")) as file:
        np.save(case.folder / "bad.npy", file["MainImage"][...])
    process = case.run()
    assert process.returncode == 0, process.stdout[-4000:]
    assert "\nbad, patch_gmm: " in process.stdout and "no result" not in process.stdout
    summary = pd.read_csv(case.results("summary.tsv"), sep="\t").set_index("image")
    assert list(summary.index) == ["stripes", "bad"] and summary["n_cells"].notna().all()
    assert summary.loc["stripes", "answer"] == partial.loc["stripes", "answer"]
    assert not list(case.results().rglob("*.partial.*g")) and not case.results("summary.partial.tsv").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sreach": {}}, "unknown key 'sreach'; allowed are"),
        ({"search": {"trails": 3}}, "search: unknown key 'trails'; allowed are batch, give_up, mode"),
        ({"search": {"trials": 0}}, "search.trials: 0 is too small; the least is 1"),
        ({"objectives": {"straightness": "maximise", "length": "maximise"}}, "'straightness'"),
        ({"objectives": {"length": "minimise", "curvature": "minimise"}}, "against its physics"),
        ({"pipelines": {"patch_gmm": {"descriptor": "stm", "space": {}}}}, "'stm' is not allowed"),
        ({"mode": "strict"}, "mode: 'strict' is not allowed; allowed are guarded, paper"),
        ({"images": "nowhere.tsv"}, "sample sheet nowhere.tsv: no such file"),
    ],
)  # fmt: skip
def test_a_wrong_config_is_one_clear_line(new_case, changes, words):
    process = new_case(**changes).run("-n")
    assert process.returncode != 0
    lines = [line for line in process.stdout.splitlines() if "ferrotune: " in line]
    assert len(lines) == 1 and words in lines[0], process.stdout
    assert "Traceback" not in process.stdout


def said(process):
    return [line for line in process.stdout.splitlines() if line.startswith("ferrotune: ")]


def test_a_dry_run_names_every_file_that_is_missing_and_every_wrong_row(new_case):
    rows = "# ours\nfilm\t0\tnone.tif\t\tlabels.csv\tmask.png\n"
    rows += "bad\t120\tsimulated\nsame\t\tthere.npy\t\t\tbox 0 0 9 9\n"
    case = new_case(rows=rows)
    np.save(case.folder / "there.npy", np.eye(64))
    case.configure(simulation={"default": {"shape": [460, 480]}, "images": {}})
    process = case.run("-n")
    assert process.returncode != 0 and "Traceback" not in process.stdout
    assert said(process) == [
        "ferrotune: sample sheet images.tsv, line 4: sm_percent: 120.0 is too large; the most is 100",
        "ferrotune: sample sheet images.tsv, line 3: path: none.tif does not exist; correct it",
        "ferrotune: sample sheet images.tsv, line 3: reference: labels.csv does not exist; correct it",
        "ferrotune: sample sheet images.tsv, line 3: mask: mask.png is neither boxes and polygons nor a file that "
        "exists; correct it",
    ]


def test_a_map_that_is_missing_is_one_line_in_a_dry_run_and_in_a_run(new_case):
    case = new_case(
        rows="film\t0\tsimulated\n", simulation={"images": {"film": {"geometry": "map", "map": "none.npz"}}}
    )
    assert said(case.run("-n")) == [
        "ferrotune: config: simulation: the map none.npz of image film does not exist; correct the path"
    ]
    process = case.run("results/tiny/film/image.zarr")
    assert process.returncode != 0 and "Traceback" not in process.stdout
    assert "ferrotune: image film: map none.npz does not exist; correct the path" in said(process)


def test_no_usable_row_is_said_of_every_row(new_case):
    process = new_case(rows="a b\t0\tsimulated\nbad\t120\tsimulated\n").run()
    assert process.returncode != 0
    assert [line.partition(", ")[2][:6] for line in said(process)] == ["line 2", "line 3"]


def test_a_folder_that_cannot_be_written_is_one_line(new_case):
    case = new_case()
    (case.folder / "results").write_text("a file")
    process = case.run()
    assert process.returncode != 0 and "Traceback" not in process.stdout
    assert len(said(process)) == 1 and "results/tiny cannot be written: " in process.stdout


def test_no_home_is_needed(new_case, monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    process = case.run("results/tiny/stripes/image.zarr")
    assert process.returncode == 0, process.stdout[-3000:]


def test_a_window_larger_than_the_image(new_case, finished):
    case = new_case(rows="stripes\t0\tsimulated\t\t\t\n")
    case.configure(pipelines={"patch_gmm": {"space": {**finished.space, "w1": [19.0]}}})
    process = case.run("results/tiny/stripes/descriptors/patches.zarr")
    assert process.returncode != 0
    assert "ferrotune: image stripes, patches: the largest window" in process.stdout


def test_a_download_by_address_and_one_that_fails(new_case, finished, tmp_path):
    folder, asked = finished.results("stripes", "source"), []

    class Files(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_request(self, *arguments):
            asked.append(self.path)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        kept = {"base": None, "cache": str(tmp_path / "cache"), "checksums": None}
        case = new_case(
            download=kept, rows=f"film\t0\t{address}/HAADF.h5\t15.6\t\t\nlost\t0\t{address}/lost.h5\t\t\t\n"
        )
        process = case.run("results/tiny/film/image.zarr", "results/tiny/lost/image.zarr")
        server.shutdown()
    assert process.returncode != 0
    assert (case.results("film", "image.zarr") / "zarr.json").is_file()
    assert f"ferrotune: download {address}/lost.h5: could not be downloaded" in process.stdout
    assert asked.count("/lost.h5") == 1  # what is not there is not asked for again
    link = case.results("downloads", "HAADF.h5")
    assert link.is_symlink() and link.resolve().is_relative_to(tmp_path / "cache")
    checksum = hashlib.sha256((folder / "HAADF.h5").read_bytes()).hexdigest()
    log = case.results("logs", "download.HAADF.h5.log").read_text()
    assert f"sha256:{checksum}; its checksum was not known before: trusted" in log
