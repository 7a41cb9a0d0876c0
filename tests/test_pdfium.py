"""PDFium is entered by one thread at a time, whoever calls it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from service import pdfium

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _document() -> bytes:
    import io

    import pypdfium2

    made = io.BytesIO()
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(100, 100)
        document.save(made)
    return made.getvalue()


def _folder(data: bytes) -> None:
    from feeds.pdf import glyphs

    glyphs.document(data, budget_s=60.0, clock=lambda: 0.0)


def _pages(data: bytes) -> None:
    from service.render import readback

    readback.pages("pdf", data)


def _carried(data: bytes) -> None:
    from service.errors import RenderError
    from service.render import readback

    with pytest.raises(RenderError, match="carries 0 files"):
        readback.carried("pdf", data)


@pytest.mark.parametrize("call", [_folder, _pages, _carried])
def test_who_calls_pdfium_waits_for_the_one_who_is_in_it(call: Callable[[bytes], None]) -> None:
    data = _document()
    done = threading.Event()

    def run() -> None:
        call(data)
        done.set()

    thread = threading.Thread(target=run)
    with pdfium.LOCK:
        thread.start()
        assert not done.wait(0.3)
    thread.join(30)
    assert done.is_set()
