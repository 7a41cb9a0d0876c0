"""The page and the mail in a browser: for everyone, by keyboard, on paper, without a network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pypdfium2
import pytest

from service.render import mail, render
from tests import builders
from tests.render import messages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

#: What axe-core says of these is a fault; of the others, advice.
_FAULTS = ("serious", "critical")
_HERE = "https://brief.invalid/"
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def shown(
    chromium: "Browser",
    markup: str,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[tuple["Page", list[str]]]:
    """Open a page from memory; yields it with the addresses that it asked for besides itself."""
    asked: list[str] = []

    def answer(route: "Route") -> None:
        if route.request.url == _HERE:
            route.fulfill(body=markup, content_type="text/html; charset=utf-8")
        else:
            asked.append(route.request.url)
            route.abort()

    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.route("**/*", answer)
    page.goto(_HERE)
    yield page, asked
    context.close()


def faults(page: "Page") -> list[str]:
    """Return what axe-core finds serious or critical, each with the first element it names."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html']}"
        for fault in found
        if fault["impact"] in _FAULTS
    ]


def letter(kind: Literal["digest", "full"]) -> str:
    made = mail.message(builders.brief(), messages.letter(kind=kind))
    return messages.body(made, "html")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", _SCHEMES)
def test_axe_finds_no_serious_fault_in_the_page(
    chromium: "Browser", made: dict[str, bytes], scheme: Literal["light", "dark"], width: int
) -> None:
    with shown(chromium, made["html"].decode(), width=width, scheme=scheme) as (page, asked):
        assert faults(page) == []
        assert asked == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_axe_finds_no_serious_fault_in_other_languages(chromium: "Browser", language: str) -> None:
    (artifact,) = render(builders.brief(language=language), ("html",))
    with shown(chromium, artifact.data.decode(), width=390) as (page, asked):
        assert faults(page) == []
        assert asked == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("kind", ["digest", "full"])
@pytest.mark.parametrize("scheme", _SCHEMES)
def test_axe_finds_no_serious_fault_in_the_mail(
    chromium: "Browser", kind: Literal["digest", "full"], scheme: Literal["light", "dark"]
) -> None:
    # A picture by its Content-ID is the mail program's own, and needs no network.
    with shown(chromium, letter(kind), width=640, scheme=scheme) as (page, asked):
        assert faults(page) == []
        assert [address for address in asked if not address.startswith("cid:")] == []


def test_axe_does_find_a_fault_where_one_is(chromium: "Browser", made: dict[str, bytes]) -> None:
    faint = made["html"].decode().replace("--soft: #4d545c", "--soft: #bbbbbb")
    with shown(chromium, faint) as (page, _):
        assert any(fault.startswith("color-contrast") for fault in faults(page))


def test_every_link_is_reached_by_the_keyboard_in_the_order_of_the_page(
    chromium: "Browser", made: dict[str, bytes]
) -> None:
    with shown(chromium, made["html"].decode()) as (page, _):
        wanted = page.evaluate("[...document.links].map(a => a.getAttribute('href'))")
        found = []
        for _link in wanted:
            page.keyboard.press("Tab")
            found.append(page.evaluate("document.activeElement.getAttribute('href')"))
        assert found == wanted
        assert len(found) > 40


def test_the_first_link_skips_to_the_text_and_is_seen_when_reached(
    chromium: "Browser", made: dict[str, bytes]
) -> None:
    with shown(chromium, made["html"].decode()) as (page, _):
        page.keyboard.press("Tab")
        place = page.locator(".skip").bounding_box()
        assert place is not None
        assert place["x"] >= 0
        page.keyboard.press("Enter")
        assert page.url == f"{_HERE}#main"


def test_the_page_prints_with_every_sentence(chromium: "Browser", made: dict[str, bytes]) -> None:
    with shown(chromium, made["html"].decode(), scheme="dark") as (page, asked):
        printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert asked == []
    with pypdfium2.PdfDocument(printed) as document:
        assert 2 <= len(document) <= 8
        text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    squeezed = re.sub(r"\s+|\ufffe|-", "", text)
    for line in builders.brief().lines():
        assert re.sub(r"\s+|-", "", line.text) in squeezed
