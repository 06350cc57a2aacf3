"""A browser without a window and without a network, and the page of a small image; skipped where there is none."""

import runpy
import shutil
from pathlib import Path

import pytest
from selenium import webdriver

from helpers.page_data import OBJECTIVES, PIPELINES, write_page_stores

SCRIPTS = Path(__file__).parents[2] / "scripts"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,1400",
    "--proxy-server=127.0.0.1:9",  # nothing answers there: what the page fetches from elsewhere would fail
)


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """Chromium under the control of its driver."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    service = shutil.which("chromedriver")
    if not browser or not service:
        pytest.skip("no chromium with its chromedriver on the PATH: the page is not tested in a browser")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(service))
    yield found
    found.quit()


@pytest.fixture(scope="session")
def page_path(tmp_path_factory):
    """The page of an image of 16 x 16 cells with two pipelines of six trials."""
    folder = tmp_path_factory.mktemp("image")
    main = runpy.run_path(str(SCRIPTS / "explorer.py"))["main"]
    main(write_page_stores(folder), folder / "explorer.html", PIPELINES, OBJECTIVES, "film", folder / "log")
    return folder / "explorer.html"
