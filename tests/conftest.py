"""What all tests share: linear algebra on one thread, as in the workflow's jobs, no time limits, and an order."""

from pathlib import Path

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

# No time limits: a busy machine fails no test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """On one thread sums have the same last digits everywhere, and small ones are not slowed by idle threads."""
    with threadpool_limits(1):
        yield


def pytest_collection_modifyitems(items):
    """Put the longest files first: side by side, the tests end when the last file does."""
    workflow = Path(__file__).with_name("workflow")
    items.sort(key=lambda item: not item.path.is_relative_to(workflow))
