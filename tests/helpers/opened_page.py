"""The page opened in a browser, and what a reader does with it."""

import json
import shutil
import time
from pathlib import Path

from selenium import webdriver

HASH = """(() => {
    const canvas = m.viewOf(document.querySelector(a[0])).export("png", false).canvas;
    const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return data.reduce((sum, value, i) => (sum * 31 + value * (i % 97 + 1)) % 2147483647, 7);
})()"""
SLOWEST = 20  # s that a machine under load may need; speed is measured in tests/benchmarks/page.py
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


def open_browser(profile):
    """Chromium under the control of its driver, with an empty profile; None where one of them is not installed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    service = shutil.which("chromedriver")
    if not browser or not service:
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(service))


class Opened:
    """A page in the browser of a selenium driver."""

    def __init__(self, driver, path, scheme="light", downloads=None):
        self.driver = driver
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        if downloads:
            driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
        driver.get(Path(path).as_uri())
        end = time.monotonic() + SLOWEST
        while not self.js("return document.documentElement.dataset.ready"):
            errors = self.errors()
            assert not errors and time.monotonic() < end, errors or "not in time"
            time.sleep(0.05)

    def js(self, code, *arguments):
        """What a script in the page returns."""
        return self.driver.execute_script(code, *arguments)

    def wait(self, found, seconds=SLOWEST):
        """Wait until `found()` is true; AssertionError where it is not in time."""
        end = time.monotonic() + seconds
        while not (value := found()):
            assert time.monotonic() < end, "not in time"
            time.sleep(0.05)
        return value

    def find(self, selector):
        """The element of a CSS selector."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        """Text of the element of a CSS selector; of hidden ones too."""
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def press(self, selector, *keys):
        """Give an element the focus, and press keys."""
        self.js("document.querySelector(arguments[0]).focus()", selector)
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def click(self, selector):
        """Click on an element as a reader does: it must be in sight and not covered."""
        element = self.find(selector)
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def slide(self, selector, value):
        """Move a slider to a value."""
        slider = self.find(selector)
        self.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", slider, value)

    def pixels(self, selector="#map-one"):
        """A number that changes with what is drawn in an element; waits until the drawing is at rest."""
        last = None
        for _ in range(100):
            time.sleep(0.1)
            now = self.call("plots", HASH, selector)
            if now == last:
                return now
            last = now
        raise AssertionError("the drawing does not come to rest")

    def call(self, module, code, *arguments):
        """Value of an expression over the exports of one of the page's modules, `m`, and arguments, `a`."""
        script = "const a = arguments[0], done = arguments[1];"
        script += f"import('page/{module}.mjs').then(async m => JSON.stringify({code}))"
        script += ".then(done, error => done(`error ${error}`));"
        return json.loads(self.driver.execute_async_script(script, list(arguments)))

    def errors(self):
        """What the browser logged as errors since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def complaints(self):
        """What the browser logged as warnings or errors since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]
