"""Size of the page of a full-size image, and how soon it can be used: `make bench ONLY=page`.

The image has 150 x 150 unit cells of 26 px; two pipelines have 100 trials each, with domains of many sizes, whose walls
are far longer than those of a film with few domains.
"""

import json
import runpy
import sys
import tempfile
import time
from pathlib import Path

from helpers.opened_page import Opened, open_browser
from helpers.page_data import OBJECTIVES, PAGE, PIPELINES, write_page_stores


def measure(folder, side=150, trials=100, cell_px=26.0):
    """Seconds to write the page, its size (MB), and ms until it can be used and until another trial is drawn."""
    inputs = write_page_stores(folder, side, trials, cell_px, 15.6, texture=0.6)
    start, page = time.perf_counter(), folder / "explorer.html"
    main = runpy.run_path(str(PAGE.parents[1] / "explorer.py"))["main"]
    main(inputs, page, PIPELINES, OBJECTIVES, "full", folder / "log")
    found = {"write_s": round(time.perf_counter() - start, 2), "size_mb": round(page.stat().st_size / 1e6, 2)}
    browser = open_browser(folder / "profile")
    try:
        opened = Opened(browser, page)
        found["ready_ms"] = int(opened.js("return document.documentElement.dataset.ready"))
        found["another_trial_ms"] = opened.call("front", REDRAWN)
    finally:
        browser.quit()
    return found


REDRAWN = """await (async () => {
    const {change, trials} = await import("page/state.mjs"), times = [];
    for (const trial of trials.slice(0, 10)) {
        const start = performance.now();
        change({chosen: trial});
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - start);
    }
    return Math.round(times.sort((a, b) => a - b)[5]);
})()"""


def main():
    """Print the measurement as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder))))


if __name__ == "__main__":
    sys.exit(main())
