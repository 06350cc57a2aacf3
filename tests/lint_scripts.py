"""Checks the syntax of the page's scripts with node; says so where node is not installed (`make lint`)."""

import shutil
import subprocess
import sys
from pathlib import Path

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts" / "templates").rglob("*.mjs"))


def main():
    """Exit status: 1 if a script is not JavaScript."""
    node = shutil.which("node")
    if node is None:
        print("node is not installed: the page's scripts are checked by the tests in the browser only")
        return 0
    ended = [subprocess.run([node, "--check", path], capture_output=True, text=True) for path in SCRIPTS]
    print("".join(one.stderr for one in ended) or f"{len(ended)} scripts of the page are JavaScript")
    return max(one.returncode for one in ended)


if __name__ == "__main__":
    sys.exit(main())
