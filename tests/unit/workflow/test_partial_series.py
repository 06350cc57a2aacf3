"""The partial series: which images are missing, and what is said of them."""

from ferrotune.workflow.partial_series import LOGS, PARTIAL, missing_images, partial_lines, remove_replaced

STORES = ("image.zarr", "columns.zarr", "cells.zarr", "p/selected.zarr", "p/trials.tsv", "p/front.tsv")
CONFIG = {"objectives": {}, "mode": "guarded", "series": "tiny"}


def complete(folder, image):
    for name in STORES:
        (folder / image / name).mkdir(parents=True)


def test_an_image_is_missing_without_a_file_or_with_one_out_of_date(tmp_path):
    for image in "abc":
        complete(tmp_path, image)
    (tmp_path / "b" / "cells.zarr").rmdir()
    late = f"{tmp_path}/c/p/front.tsv"
    assert missing_images(str(tmp_path), "abcd", ["p"], [late, f"{tmp_path}/a/explorer.html"]) == ["b", "c", "d"]


def test_nothing_is_said_where_no_image_is_complete(tmp_path):
    assert partial_lines(str(tmp_path), {"a": {"sm_percent": 0}}, CONFIG, {"p": 1}, []) == []


def test_answers_are_said_where_a_later_job_failed(tmp_path):
    complete(tmp_path, "a")
    (tmp_path / "summary.tsv").write_text("image\tpipeline\tanswer\treason\tcaution\na\tp\twalls\twhy\t\n")
    rows = {"a": {"sm_percent": 0}}
    assert partial_lines(str(tmp_path), rows, CONFIG, {"p": 1}, [])[0].startswith("a, p: walls (why) -> ")
    assert partial_lines(str(tmp_path), rows, CONFIG, {"p": 1}, [f"{tmp_path}/summary.tsv"]) == []


def test_a_summary_that_cannot_be_written_does_not_hide_the_missing_image(tmp_path):
    complete(tmp_path, "a")  # its stores are empty folders
    rows = {name: {"sm_percent": None} for name in "ab"}
    missing, end = partial_lines(str(tmp_path), rows, CONFIG, {"p": 1}, [])
    assert missing.startswith("b: no result: see the logs in ") and end.startswith("no summary of the other images")


def test_a_partial_summary_stays_until_the_complete_one_is_there(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "logs").mkdir()
    for name in (*PARTIAL, *LOGS):
        (tmp_path / name).write_text("")
    remove_replaced(tmp_path)  # after a run of some targets that succeeded
    assert all((tmp_path / name).is_file() for name in (*PARTIAL, *LOGS))
    (tmp_path / "summary.tsv").write_text("")
    remove_replaced(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["summary.tsv"]
