"""Pages as a reader sees them, held against the pictures of docs/pictures.

Problem: a page can have every word and look broken. Choice: the same issue is drawn again and its
lightness compared, so coarsely that another version of a library's smoothing passes and a moved
column does not. The issue is one of the project's own corpus, kept as data, so that a picture
changes with the templates only and never with the choice of sentences.

`UPDATE_PICTURES=1` composes the issue and draws the pictures anew; look at them before you keep
them.
"""

import asyncio
import io
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from service import pipeline, settings
from service.app import App
from service.brief import codec
from service.model import Brief
from service.progress import Silent
from service.render import mail, render
from tests.render import messages
from tests.render.conftest import GOLDEN
from tests.render.test_browser import shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
KEPT = GOLDEN / "corpus.json"
#: Pixels of a side of the squares whose mean lightness is compared.
SQUARE = 16
#: Shares of black to white: of the whole picture on average, and of any square.
MEAN, WORST = 0.03, 0.25
MOST_BYTES = 150_000
_CUTOFF = datetime(2025, 9, 4, 7, 0, tzinfo=UTC)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def issue(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    if os.environ.get("UPDATE_PICTURES"):
        KEPT.write_text(codec.dumps(_composed(tmp_path_factory.mktemp("desk"))), encoding="utf-8")
    return codec.loads(KEPT.read_text(encoding="utf-8"))


def _composed(home: Path) -> Brief:
    """Compose an issue of the sample corpus, as `briefing now` does in a folder that holds it."""
    shutil.copytree(ROOT / "corpus", home / "corpus")
    with App(settings.load(None, home=home), clock=lambda: _CUTOFF) as desk:
        order = desk.order(
            edition="now",
            formats=("json",),
            since=datetime(2024, 5, 1, tzinfo=UTC),
            number=1,
        )
        reads = asyncio.run(desk.collect(Silent()))
        made = pipeline.publish(
            desk.store, desk.feeds, reads, desk.profile, order, progress=Silent()
        )
    return made.brief


def grey(picture: Image.Image) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return the mean lightness of each square, 0 to 1, (rows, columns)."""
    rows, columns = picture.height // SQUARE, picture.width // SQUARE
    lights = np.asarray(picture.convert("L"), dtype=np.float64)[: rows * SQUARE, : columns * SQUARE]
    squares: np.ndarray[tuple[int, int], np.dtype[np.float64]] = (
        lights.reshape(rows, SQUARE, columns, SQUARE).mean(axis=(1, 3)) / 255
    )
    return squares


def fault(drawn: Image.Image, kept: Image.Image) -> str | None:
    """Return in what a picture differs from the kept one by more than is allowed."""
    if drawn.size != kept.size:
        return f"is {drawn.size}, was {kept.size}"
    apart = np.abs(grey(drawn) - grey(kept))
    if apart.mean() > MEAN:
        return f"differs by {apart.mean():.1%} on average"
    if apart.max() > WORST:
        row, column = np.unravel_index(apart.argmax(), apart.shape)
        return f"differs by {apart.max():.0%} at {column * SQUARE}, {row * SQUARE}"
    return None


def _compare(name: str, drawn: Image.Image) -> None:
    place = PICTURES / f"{name}.png"
    if os.environ.get("UPDATE_PICTURES"):
        few = drawn.convert("RGB").quantize(32, dither=Image.Dither.NONE)
        few.save(place, optimize=True)
    assert place.stat().st_size < MOST_BYTES
    with Image.open(place) as kept:
        found = fault(drawn, kept.convert("RGB"))
    assert found is None, f"docs/pictures/{name}.png: {found}"


def _taken(chromium: "Browser", markup: str, width: int, height: int) -> Image.Image:
    with shown(chromium, markup, width=width) as (page, _):
        page.set_viewport_size({"width": width, "height": height})
        return Image.open(io.BytesIO(page.screenshot()))


def test_the_first_page_of_the_pdf_looks_as_it_did(issue: Brief) -> None:
    (artifact,) = render(issue, ("pdf",))
    with pypdfium2.PdfDocument(artifact.data) as document:
        _compare("first-page", document[0].render(scale=1.5).to_pil())


@pytest.mark.parametrize(("width", "height"), [(1280, 1400), (390, 1200)])
def test_the_page_looks_as_it_did(
    issue: Brief, chromium: "Browser", width: int, height: int
) -> None:
    (artifact,) = render(issue, ("html",))
    _compare(f"page-{width}", _taken(chromium, artifact.data.decode(), width, height))


def test_the_mail_looks_as_it_did(issue: Brief, chromium: "Browser") -> None:
    made = mail.message(issue, messages.letter(kind="digest"))
    _compare("mail-640", _taken(chromium, messages.body(made, "html"), 640, 1400))


@pytest.mark.parametrize("shift", [(0, 40), (40, 0)])
def test_a_page_that_has_moved_is_told(shift: tuple[int, int]) -> None:
    with Image.open(PICTURES / "first-page.png") as kept:
        moved = Image.new("RGB", kept.size, "white")
        moved.paste(kept.convert("RGB"), shift)
        assert fault(moved, kept.convert("RGB")) is not None


def test_a_page_without_its_rules_and_title_is_told() -> None:
    with Image.open(PICTURES / "first-page.png") as kept:
        bare = kept.convert("RGB")
    bare.paste("white", (0, 0, bare.width, bare.height // 5))
    with Image.open(PICTURES / "first-page.png") as kept:
        assert fault(bare, kept.convert("RGB")) is not None
