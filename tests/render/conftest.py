"""Documents that several tests look at, made once, and the comparison with the golden files.

`UPDATE_GOLDEN=1` writes the golden files anew; look at the difference before it is kept.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.render import render
from tests import builders

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """The full issue in every format."""
    formats = ("pdf", "html", "txt", "md", "eml", "json")
    return {a.format: a.data for a in render(builders.brief(), formats)}


@pytest.fixture(scope="session")
def silent() -> dict[str, bytes]:
    """The quiet issue in every format but mail."""
    return {
        a.format: a.data for a in render(builders.quiet(), ("pdf", "html", "txt", "md", "json"))
    }


@pytest.fixture
def same_as_golden() -> Callable[[str, bytes], None]:
    """Compare bytes with the golden file of this name."""

    def compare(name: str, data: bytes) -> None:
        path = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_bytes(data)
        assert data.decode("utf-8") == path.read_text(encoding="utf-8")

    return compare
