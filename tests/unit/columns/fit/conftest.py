"""Threads for the tests of the columns' fit."""

import pytest

from ferrotune.columns.fit.threads import Threads


@pytest.fixture(scope="package")
def threads():
    with Threads(1) as one:
        yield one
