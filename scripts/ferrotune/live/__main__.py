"""make live: watch the folder that a microscope writes to."""

import argparse
import contextlib
import logging
import os
import sys
import warnings
from pathlib import Path

from threadpoolctl import threadpool_limits

from ferrotune.errors import InputError
from ferrotune.live.folder import WatchedFolder
from ferrotune.live.searching import BackgroundSearch
from ferrotune.live.series import LiveSeries, live_config
from ferrotune.live.session import Session
from ferrotune.live.warming import warm_up
from ferrotune.workflow.image_files import plain_name
from ferrotune.workflow.jobs import KEEPS_MEMORY
from ferrotune.workflow.progress import ENDED
from ferrotune.workflow.sample_sheet import cell_size

LOG = "live/session.log"


def _parser():
    parser = argparse.ArgumentParser(
        prog="make live", description="Map the images that a microscope writes to a folder."
    )
    parser.add_argument("folder", help="the folder to watch")
    parser.add_argument("--series", help="name of the series and of its results; else that of the folder")
    parser.add_argument("--config", action="append", default=[], help="a config file; may be given several times")
    parser.add_argument("--pixel-size", type=float, help="pm per px, where the files do not say")
    parser.add_argument("--lattice", help="the unit cell: perovskite_100, ..., or its size in pm, such as 395")
    parser.add_argument("--mask", help="regions to leave out, such as 'box 775 30 825 255'")
    parser.add_argument("--contrast", help="of the columns: bright, dark, or auto")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="else all")
    parser.add_argument("--no-search", action="store_true", help="make first maps only")
    parser.add_argument("--once", action="store_true", help="end when the files that are there are done")
    return parser


def _given(chosen):
    """Cells (dict) of the sample sheet that the command line gives for all images."""
    lattice = chosen.lattice
    if lattice:
        with contextlib.suppress(InputError):
            lattice = cell_size(lattice)
    cells = {"pixel_size_pm": chosen.pixel_size, "lattice": lattice, "mask": chosen.mask, "contrast": chosen.contrast}
    return {name: value for name, value in cells.items() if value is not None}


def main(arguments):
    """Read the command line, and watch."""
    chosen = _parser().parse_args(arguments)
    search = None
    try:
        folder = WatchedFolder(Path(chosen.folder).absolute())
        config = live_config(chosen.series or plain_name(folder.folder.name), chosen.config)
        series = LiveSeries.begin(config, _given(chosen))
        log = series.folder / LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log, level=logging.WARNING, format="%(asctime)s %(message)s", force=True)
        search = None if chosen.no_search else BackgroundSearch(series, chosen.cores)
        warnings.filterwarnings("ignore", message=f"Object at {ENDED}")  # zarr does not know what it is
        with threadpool_limits(1):
            warm_up(chosen.cores)
            session = Session(series, folder, search, chosen.cores, say=lambda line: print(line, flush=True))
            print(f"ferrotune: watches {folder.folder}; open {session.page.absolute()}; Ctrl-C ends it", flush=True)
            session.run(chosen.once)
    except InputError as error:
        sys.exit(f"ferrotune: {error}")
    except KeyboardInterrupt:  # how one stops watching
        pass
    finally:
        if search is not None:
            search.stop()


if __name__ == "__main__":
    if not KEEPS_MEMORY.keys() <= os.environ.keys():  # it is read where a process begins
        os.execve(sys.executable, [sys.executable, "-m", "ferrotune.live", *sys.argv[1:]], KEEPS_MEMORY | os.environ)
    main(sys.argv[1:])
