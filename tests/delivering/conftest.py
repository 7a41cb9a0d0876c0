"""A clock."""

import pytest

from tests.delivering.given import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
