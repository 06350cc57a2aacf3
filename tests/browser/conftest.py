"""A browser without a window and without a network, and the page of a small image; skipped where there is none."""

import runpy
from pathlib import Path

import pytest

from helpers.opened_page import open_browser
from helpers.page_data import OBJECTIVES, PIPELINES, write_page_stores

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """The browser."""
    found = open_browser(tmp_path_factory.mktemp("profile"))
    if found is None:
        pytest.skip("no chromium with its chromedriver on the PATH: the page is not tested in a browser")
    yield found
    found.quit()


@pytest.fixture(scope="session")
def page_path(tmp_path_factory):
    """The page of an image of 16 x 16 cells with two pipelines of six trials."""
    folder = tmp_path_factory.mktemp("image")
    main = runpy.run_path(str(SCRIPTS / "explorer.py"))["main"]
    main(write_page_stores(folder), folder / "explorer.html", PIPELINES, OBJECTIVES, "film", folder / "log")
    return folder / "explorer.html"
