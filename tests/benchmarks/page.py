"""page_megabytes: the page of a full-size image, and how soon it can be used.

The image has 150 x 150 unit cells of 26 px; two pipelines have 100 trials each, with domains of many sizes, whose walls
are far longer than those of a film with few domains. Times are those of headless Chromium, which draws without a
graphics card.
"""

import runpy
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row
from helpers.opened_page import Opened, open_browser
from helpers.page_data import OBJECTIVES, PAGE, PIPELINES, write_page_stores

SIDE, TRIALS, CELL_PX = 150, 100, 26.0
LARGEST, SOON = 8.0, 2000  # MB, ms: what was asked for
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


def measure():
    """Rows: size of the page, and the times to write it, until it can be used, and until another trial is drawn."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        inputs = write_page_stores(folder, SIDE, TRIALS, CELL_PX, 15.6, texture=0.6)
        start, page = time.perf_counter(), folder / "explorer.html"
        main = runpy.run_path(str(PAGE.parents[1] / "explorer.py"))["main"]
        main(inputs, page, PIPELINES, OBJECTIVES, "full", folder / "log")
        size = page.stat().st_size / 1e6
        rows = [
            Row("page_megabytes", size, "MB", "at most", LARGEST, size / LARGEST),
            Row("page_megabytes[seconds to write it]", time.perf_counter() - start, "s"),
        ]
        browser = open_browser(folder / "profile")
        if browser is None:
            return rows
        try:
            opened = Opened(browser, page)
            ready = float(opened.js("return document.documentElement.dataset.ready"))
            rows.append(Row("page_megabytes[ready]", ready, "ms", "at most", SOON, ready / SOON))
            rows.append(Row("page_megabytes[another trial]", float(opened.call("front", REDRAWN)), "ms"))
        finally:
            browser.quit()
        return rows
