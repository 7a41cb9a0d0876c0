"""Documents that several tests look at, made once, and the comparison with the golden files.

`UPDATE_GOLDEN=1` writes the golden files anew; look at the difference before it is kept.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.render import fonts, render
from tests import builders

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
#: Names in the style sheets of page and mail, by the font of ours that stands for them here: a
#: picture is then the same on every machine, whatever is installed.
_STANDING_IN = {
    "Brief Serif": ("Source Serif 4", "Charter", "Iowan Old Style", "Georgia", "serif"),
    "Brief Sans": ("Source Sans 3", "Arial", "Helvetica", "Helvetica Neue", "sans-serif"),
    "Brief CJK": ("Noto Sans CJK SC", "Noto Sans SC"),
}
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


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Browser"]:
    """Debian's Chromium, with our fonts and no others.

    No longer than a module: while it is open, a loop runs in this thread, and no test that needs
    one of its own can have it.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium here: {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    names = "".join(
        f"<match><test name='family'><string>{name}</string></test>"
        f"<edit name='family' mode='assign' binding='same'><string>{ours}</string></edit></match>"
        for ours, all_ in _STANDING_IN.items()
        for name in all_
    )
    conf = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    conf.write_text(
        f"<?xml version='1.0'?><fontconfig><include>{fonts.ensure()}</include>{names}</fontconfig>",
        encoding="utf-8",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "FONTCONFIG_FILE": str(conf)},
        )
        yield browser
        browser.close()
