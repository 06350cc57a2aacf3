"""A session at the instrument: each new image gets its map at once, and what takes longer follows in spare time."""

import logging
import shutil
import time
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.files.stores import read_store
from ferrotune.judge.null_maps import MAPS
from ferrotune.live.choosing import first_outcome
from ferrotune.live.folder import INTERVAL
from ferrotune.live.measuring import keep_stores, measure_image
from ferrotune.live.page import read_state, write_page, write_state
from ferrotune.live.serving import EVIDENCE, found_by_search, searches_are_complete, serving_of_series
from ferrotune.live.showing import answer_entry, draw_map, found_entry, keep_map

NEW = "live/new"  # stores of the image that is being measured
WAITS = "waits"  # what the page says of a search that has not begun
UNEXPECTED = "unexpected error, please report it with live/session.log"
_log = logging.getLogger("ferrotune.live")


class Session:
    """Watches a folder, and keeps the page of its images.

    Parameters
    ----------
    series : ferrotune.live.series.LiveSeries
    folder : ferrotune.live.folder.WatchedFolder
    search : ferrotune.live.searching.BackgroundSearch, or None: no search
    threads : int
    say : function of a line of text
    """

    def __init__(self, series, folder, search=None, threads=1, say=print):
        self.series, self.folder, self.search, self.threads, self.say = series, folder, search, threads, say
        state = read_state(series.folder) or {}
        self._images = {one["image"]: one for one in state.get("images", [])[::-1] if one["image"] in series.rows}
        self._problems = {}
        self._spare, self._now = None, "waits for an image"
        self.serving = serving_of_series(series.folder, series.entries)
        for one in self._images.values():
            if Path(series.folder, one["image"], "cells.zarr").is_dir():
                folder.know(one["file"], one["identity"])
        for name, one in self._images.items():
            if search is not None and not searches_are_complete(series.folder / name, series.entries):
                search.add(name, new=False)
                one["search"] = WAITS
        self.page = write_page(series.folder, series.config["series"])
        self._show()

    def _show(self):
        """Write what the page shows."""
        images = list(self._images.values())[::-1]
        write_state(
            self.series.folder,
            {"images": images, "problems": list(self._problems.values()), "now": self._now},
        )

    def _update(self, name, **values):
        self._images[name] = self._images[name] | values
        self._show()

    def take(self, path):
        """Make the first map of an image file that is whole; what is wrong with it is one line.

        Parameters
        ----------
        path : Path, as `WatchedFolder.look` gives it
        """
        self._now = f"measures {path.name}"
        self._show()
        if self.search is not None:
            self.search.pause()
        try:
            self._spare = None  # what was left of the last image would be late anyway
            self._analyse(path)
            self._problems.pop(path, None)
        except InputError as error:
            self._problem(path, error)
        except Exception:
            _log.exception("%s", path)
            self._problem(path, UNEXPECTED)
        finally:
            shutil.rmtree(self.series.folder / NEW, ignore_errors=True)
            if self.search is not None:
                self.search.resume()
            self._now = "waits for an image"
            self._show()

    def _problem(self, path, what):
        if not self.folder.is_unchanged(path):
            return  # it is still being written, and comes again
        self.folder.set_aside(path)
        line = f"{path.name}: {what}"
        if self._problems.get(path) != line:
            self._problems[path] = line
            self.say(f"ferrotune: {line}")

    def _analyse(self, path):
        """First map of an image, its stores and its place on the page; the rest is left for spare time."""
        start, row = time.perf_counter(), self.series.row_of(path)
        name, series = row["image"], self.series
        measured = measure_image(path, row, series.config, series.folder / NEW / name, self.threads)
        if not self.folder.is_unchanged(path):
            return
        serving, on_image, outcome = first_outcome(measured, name, series, self.serving, self.threads)
        measured = keep_stores(measured, series.folder / name)
        selected = keep_map(series.folder, name, measured, on_image, outcome)
        draw_map(series.folder, name, measured.image, selected, measured.scale)
        series.add(row)
        took = f"{time.perf_counter() - start:.1f} s of work, {self.folder.waited(path):.1f} s after its last change"
        before = self._images.pop(name, {})  # the newest is last
        self._images[name] = answer_entry(name, measured, outcome, serving, MAPS) | {
            "file": str(path),
            "identity": self.folder.identity(path),
            "seconds": took,
            "version": before.get("version", 0) + 1,  # of the figure: a browser keeps what it has read
        }
        self.serving = serving
        if self.search is not None:
            self.search.add(name)
            self._images[name]["search"] = WAITS
        self._show()
        self.say(f"ferrotune: {name}: {self._images[name]['answer']} ({took}) -> {self.page}")
        for doubt in measured.doubts:
            self.say(f"ferrotune: {name}: warning: {doubt}")
        self._spare = self._renewal(name, measured, on_image, serving)

    def _renewal(self, name, measured, on_image, serving):
        """Judge an image by many null maps; a step for each map."""
        null = []
        for found in on_image.null_maps():
            null.append(found)
            yield
        if not null:
            return
        outcome = on_image.outcome(null)
        yield
        if not self._images[name].get("found"):
            selected = keep_map(self.series.folder, name, measured, on_image, outcome)
            draw_map(self.series.folder, name, measured.image, selected, measured.scale)
            before = self._images[name]["answer"]
            entry = answer_entry(name, measured, outcome, serving, len(null))
            if entry["answer"] != before:
                self.say(f"ferrotune: {name}: {entry['answer']} (judged by {len(null)} null maps; before: {before})")
            self._update(name, **entry, version=self._images[name]["version"] + 1)

    def _searched(self, name, ended_well):
        """Take over what the search of an image has found, where it is better."""
        if name not in self._images:
            return
        folder = self.series.folder / name
        found = found_by_search(folder, self.series.entries) if ended_well else None
        if found is None:
            said = "found no segmentation" if ended_well else "failed: see live/search.log"
            self._update(name, search=said)
            return
        page = {"page": f"{name}/explorer.html"}
        known = self._images[name][EVIDENCE]
        if known is not None and found.evidence <= known:
            self._update(name, search=f"found none that explains more: {found.answer}", **page)
            return
        image, attributes = read_store(folder / "image.zarr", "image", "mask")
        selected, chosen = read_store(found.folder / "selected.zarr")
        scale = {"cell_px": chosen["cell_px"], "pixel_size_pm": attributes["pixel_size_pm"]}
        draw_map(self.series.folder, name, image, selected, scale)
        self.serving = found.serving
        version = self._images[name]["version"] + 1
        self._update(name, **found_entry(found, selected, chosen), version=version, **page)
        self.say(f"ferrotune: {name}: the search took over: {self._images[name]['answer']}")

    def step(self):
        """Look at the folder, and do one piece of work.

        Returns
        -------
        bool
            Whether there is more to do at once.
        """
        for path in self.folder.look():
            self.take(path)
        if self.search is not None:
            ended = self.search.step()
            if ended is not None:
                self._searched(*ended)
            elif self.search.image in self._images and self._images[self.search.image].get("search") == WAITS:
                self._update(self.search.image, search="goes on")
        if self._spare is None:
            return False
        try:
            next(self._spare)
        except StopIteration:
            self._spare = None
        except Exception:
            _log.exception("null maps")
            self._spare = None
        return self._spare is not None

    def is_idle(self):
        """Whether nothing is left to do until a file comes."""
        searching = self.search is not None and self.search.is_busy()
        return self._spare is None and not searching and not self.folder.is_waiting()

    def run(self, once=False):
        """Go on until interrupted; or until nothing is left to do.

        Parameters
        ----------
        once : bool
        """
        begun = time.monotonic()
        try:
            while True:
                more = self.step()
                if once and self.is_idle() and time.monotonic() - begun > 2 * INTERVAL:
                    return
                if not more:
                    time.sleep(INTERVAL)
        finally:
            self._now = "ended"
            self._show()
