"""The archive as a person uses it: in Debian's Chromium, through a real server."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.archive.application import application
from service.archive.place import Given
from service.model.health import Health
from service.store import periods, recipients, sources
from tests import builders
from tests.archive import given
from tests.archive.given import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
#: What axe-core says of these is a fault; of the others, advice.
_FAULTS = ("serious", "critical")


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium here: {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    """The address of a served archive."""
    import uvicorn

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environ = {"BRIEFING_LINK_KEYS": given.KEY, "BRIEFING_WEB_PASSWORD_HASH": given.HASH}
    app = application(
        desk.store,
        desk.settings(public_url=address, subscribe=True),
        Given(environ=environ, clock=desk.clock.wall, mail=desk.post, wake=desk.wake),
    )
    config = uvicorn.Config(app, port=port, log_level="error", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        thread.join(0.02)
    yield address
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A page without JavaScript: all must work without it."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def test_a_reader_reads_searches_downloads_and_leaves(
    page: "Page", base: str, desk: Desk, tmp_path: Path
) -> None:
    reader = desk.reader()
    page.goto(base)
    page.get_by_role("link", name="No. 13 ·").click()
    assert page.get_by_text(builders.brief().bottom_line[0].text).first.is_visible()
    answer = page.request.get(
        base + str(page.get_by_role("link", name="PDF").get_attribute("href"))
    )
    assert answer.body() == given.PDF
    assert answer.headers["content-type"] == "application/pdf"

    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("铁路")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Collected articles").click()
    assert page.locator("mark").first.inner_text() == "铁路"

    page.goto(base + desk.link("leave", reader))
    assert desk.gets(reader) == ("daily", "weekly")
    page.get_by_role("button", name="Unsubscribe").click()
    assert page.get_by_role("heading", name="You are unsubscribed").is_visible()
    with desk.store.read() as db:
        assert recipients.get(db, reader).left == ("daily",)


def test_the_operator_logs_in_and_asks_for_a_brief(page: "Page", base: str, desk: Desk) -> None:
    page.goto(base + "/desk")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_role("alert").inner_text() == "The password is not right."
    page.get_by_label("Password").fill(given.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Brief now: Daily edition").click()
    assert "The issue is due now" in page.get_by_role("status").inner_text()
    with desk.store.read() as db:
        (slot,) = periods.listing(db)
    assert (slot.edition, slot.state) == ("daily", "due")
    page.get_by_role("button", name="Log out").click()
    page.goto(base + "/desk")
    assert page.get_by_role("heading", name="Log in").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_for_who_cannot_see_it(
    chromium: "Browser", base: str, desk: Desk, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    reader = desk.reader()
    with desk.store.write() as db:
        periods.add(
            db, edition="daily", key="2026-11-20", due=given.NOW, state="held", now=given.NOW
        )
    item = builders.brief().stories[0]
    paths = (
        *("/", "/issues/2", "/editions/daily", "/issues/2/stories", f"/stories/{item.id}"),
        *("/search?q=rail", "/search?q=铁路&in=articles", "/sources", "/nothing", "/subscribe"),
        *(f"/sources/{builders.articles()[0].places[0].source}", "/login"),
        *(desk.link("leave", reader), desk.link("choose", reader), desk.link("join", reader)),
    )
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Policy" in said.text else None)
    found: list[tuple[str, str]] = []

    def look(path: str) -> None:
        page.goto(base + path)
        result = Axe().run(page).response["violations"]
        found.extend((path, one["id"]) for one in result if one["impact"] in _FAULTS)

    for path in paths:
        look(path)
    page.goto(base + "/login")
    page.fill("#password", given.PASSWORD)
    page.click("main button")
    look("/desk")
    context.close()
    assert found == []
    assert refused == []


@pytest.mark.parametrize("width", [320, 390, 820, 1600])
def test_no_page_is_wider_than_the_screen(
    chromium: "Browser", base: str, desk: Desk, width: int
) -> None:
    address = f"http://news.example/{'long-and-unbroken' * 6}/feed.xml"
    with desk.store.write() as db:
        sources.record_failure(
            db,
            source="Dead",
            kind="feed",
            address=address,
            at=given.NOW,
            error=f"{address} answered 404",
            health=Health(failures=1),
        )
        periods.add(
            db,
            edition="daily",
            key="2026-11-19",
            due=given.NOW,
            state="skipped",
            now=given.NOW,
            note="3 hours late, too late to be made",
        )
    desk.reader()
    paths = (
        *("/", "/issues/2", "/editions/daily", "/search?q=rail", "/search?q=铁路&in=articles"),
        *("/sources", "/sources/Dead", "/subscribe", "/login", "/nothing", "/issues/2/stories"),
        f"/stories/{builders.brief().stories[0].id}",
    )
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)

    def fits(path: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    for path in paths:
        page.goto(base + path)
        fits(path)
    page.goto(base + "/login")
    page.fill("#password", given.PASSWORD)
    page.click("main button")
    page.goto(base + "/desk")
    assert page.get_by_text("too late to be made").first.is_visible()
    fits("/desk")
    context.close()


def test_all_of_it_goes_by_keyboard(page: "Page", base: str, desk: Desk) -> None:
    page.goto(base)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the text"
    assert page.locator(":focus").bounding_box()["x"] >= 0  # type: ignore[index]
    _to(page, "input[type=search]")
    page.keyboard.type("铁路")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    _to(page, "a:text('Collected articles')")
    page.keyboard.press("Enter")
    page.wait_for_url("**in=articles")
    assert page.locator("mark").first.inner_text() == "铁路"
    page.goto(base + "/desk")
    # The only field of the page has the focus already.
    page.keyboard.type(given.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    _to(page, "[aria-label='Brief now: Daily edition']")
    assert page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?done=brief")
    with desk.store.read() as db:
        assert [slot.edition for slot in periods.listing(db)] == ["daily"]


def _to(page: "Page", wanted: str) -> None:
    """Press the tab key until the focus is on an element."""
    for _ in range(60):
        if page.locator(f"{wanted}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key never comes to {wanted}")
