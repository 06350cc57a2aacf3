"""Run one measurement module in this process: python -m benchmarks.measure MODULE ROWS.json"""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path


def main(module, output):
    """Write the rows that the module's `measure()` returns."""
    rows = importlib.import_module(module).measure()
    Path(output).write_text(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
