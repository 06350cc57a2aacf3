"""The last lines of a run."""

from ferrotune.workflow.messages import answer_lines, said_lines, start_line, warning_lines


def test_answers_name_the_page_to_open(tmp_path):
    assert answer_lines(tmp_path) == []
    rows = ["a\tp\twalls\t2 of 3 walls stand: p\t", "b\tp\tuniform\tno wall stands: p\trests on 9 sites only"]
    (tmp_path / "summary.tsv").write_text("\n".join(["image\tpipeline\tanswer\treason\tcaution", *rows]) + "\n")
    one, other = answer_lines(tmp_path)
    assert one == f"a, p: walls (2 of 3 walls stand: p) -> {tmp_path / 'a' / 'explorer.html'}"
    said = "b, p: uniform (no wall stands: p); rests on 9 sites only"
    assert other == f"{said} -> {tmp_path / 'b' / 'explorer.html'}"


def test_summaries_of_earlier_versions_have_an_answer_only(tmp_path):
    (tmp_path / "summary.tsv").write_text("image\tpipeline\tanswer\na\tp\ttrial 3\n")
    assert answer_lines(tmp_path) == [f"a, p: trial 3 -> {tmp_path / 'a' / 'explorer.html'}"]


def test_errors_and_warnings_are_gathered_once_from_the_logs_of_the_sheet_s_images(tmp_path):
    for image in "abc":  # c is no longer in the sheet
        logs = tmp_path / image / "logs"
        logs.mkdir(parents=True)
        (logs / "columns.log").write_text(f"fine\nferrotune: image {image}: none\nferrotune: same\n")
    assert said_lines(tmp_path, ["a", "b"]) == [
        "ferrotune: image a: none",
        "ferrotune: same",
        "ferrotune: image b: none",
    ]


def test_a_run_that_succeeded_repeats_warnings_only(tmp_path):
    logs = tmp_path / "a" / "logs"
    logs.mkdir(parents=True)
    warning = "ferrotune: image a: warning: pixel size unknown"
    (logs / "import_image.log").write_text(f"{warning}\nferrotune: image a, old_pipeline: no sites\n")
    assert warning_lines(tmp_path, ["a"]) == [warning]


def test_a_search_that_ended_by_itself_says_so(tmp_path):
    rows = ["a\tp\twalls\t60\tstandstill", "b\tp\tuniform\t200\ttrials"]
    (tmp_path / "summary.tsv").write_text("\n".join(["image\tpipeline\tanswer\ttrials\tsearch_end", *rows]) + "\n")
    one, other = answer_lines(tmp_path)
    assert one.startswith("a, p: walls; the search ended after 60 trials: its front stood still -> ")
    assert other.startswith("b, p: uniform -> ")
    assert "p (at most 200 trials), q (40 trials)" in start_line("results/s", ["a"], {"p": 200, "q": 40}, ["p"])
