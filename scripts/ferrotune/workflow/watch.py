"""make watch: a table of how far a series is, in a second terminal, beside Snakemake's own output."""

import argparse
import sys
import time

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from ferrotune.errors import InputError
from ferrotune.workflow.progress import latest_series, series_progress, time_left

INTERVAL = 3.0  # s between two looks at the folder


def _words(seconds):
    """A time in words: rounded, as it is an estimate.

    Examples
    --------
    >>> _words(42), _words(600), _words(9000)
    ('about 1 min', 'about 10 min', 'about 2.5 h')
    """
    if not np.isfinite(seconds):
        return "not known yet"
    return f"about {max(1, round(seconds / 60))} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def progress_table(found, series, left):
    """Table (rich) of the searches of a series.

    Parameters
    ----------
    found : list of ferrotune.workflow.progress.Progress
    series : path of the results
    left : float, s
    """
    done = sum(one.now == "done" for one in found)
    title = f"{series}: {done} of {len(found)} searches done" + (f"; time left: {_words(left)}" if left else "")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, justify in (("image", "left"), ("pipeline", "left"), ("round", "right"), ("trials", "right")):
        table.add_column(name, justify=justify)
    table.add_column("", width=12)
    for name in ("with walls", "hypervolume"):
        table.add_column(name, justify="right")
    table.add_column("now")
    last = None
    for one in found:
        volumes = " ".join(f"{value:.2f}" for value in one.hypervolumes[-3:]) or "-"
        table.add_row(
            one.image if one.image != last else "",
            one.pipeline,
            f"{one.rounds[0]}/{one.rounds[1]}",
            f"{one.trials[0]}/{one.trials[1]}",
            ProgressBar(total=one.trials[1], completed=one.trials[0], width=12),
            str(one.ok),
            volumes,
            one.now,
        )
        last = one.image
    return table


def _look(series):
    """Table of the series at this moment, and whether all is done."""
    found = series_progress(series)
    return progress_table(found, series, time_left(found, series, time.time())), all(o.now == "done" for o in found)


def watch(series, once=False, console=None):
    """Show how far a series is until all of it is done; once only where asked for, or where no terminal shows it.

    Parameters
    ----------
    series : path of the results of a series
    once : bool
    console : rich.console.Console, optional
    """
    console = console or Console()
    table, done = _look(series)
    if once or not console.is_terminal:
        console.print(table)
        return
    with Live(table, console=console, auto_refresh=False) as live:
        while not done:
            time.sleep(INTERVAL)
            table, done = _look(series)
            live.update(table, refresh=True)


def main(arguments):
    """Read the command line, and watch."""
    parser = argparse.ArgumentParser(prog="make watch", description="Show how far a series is.")
    parser.add_argument("series", nargs="?", help="folder of the results, such as results/demo; else the latest")
    parser.add_argument("--once", action="store_true", help="print one table and end")
    chosen = parser.parse_args(arguments)
    try:
        watch(chosen.series or latest_series(), chosen.once)
    except InputError as error:
        sys.exit(f"ferrotune: {error}")
    except KeyboardInterrupt:  # how one stops watching
        pass


if __name__ == "__main__":
    main(sys.argv[1:])
