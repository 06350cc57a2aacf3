"""What all tests share: linear algebra on one thread, as in the workflow's jobs."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """On one thread sums have the same last digits everywhere, and small ones are not slowed by idle threads."""
    with threadpool_limits(1):
        yield
