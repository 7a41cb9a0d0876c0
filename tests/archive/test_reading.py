"""What a reader finds: issues, files, stories, sources, feeds, and what there is not."""

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from service.model import Period
from service.store import issues
from tests import builders
from tests.archive import given
from tests.archive.given import Desk
from tests.postgres.given import SECOND_SLOW


@pytest.fixture(params=SECOND_SLOW)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


_ATOM = "{http://www.w3.org/2005/Atom}"


def test_an_empty_archive_says_so(empty: Desk) -> None:
    with empty.client() as browser:
        assert "No issue has been published yet." in browser.get("/").text
        assert "No source has been read yet." in browser.get("/sources").text
        assert browser.get("/editions/daily").status_code == 404


def test_the_front_page_leads_to_the_last_issue_of_each_edition(desk: Desk) -> None:
    given.publish(desk.store, given.brief(3, edition="weekly"))
    with desk.client() as browser:
        page = browser.get("/").text
    assert 'href="/issues/2">No. 13' in page
    assert 'href="/issues/3">No. 3' in page
    assert builders.brief().stories[0].headline in page
    assert 'href="/feeds/weekly.atom"' in page


def test_an_issue_is_its_stored_page_and_a_bar(desk: Desk) -> None:
    with desk.store.read() as db:
        stored = issues.artifact(db, 1, "html").data.decode()
    with desk.client() as browser:
        page = browser.get("/issues/1").text
    head, bar, rest = page.partition('<nav class="archive-bar"')
    after = rest.partition("</nav>\n")[2]
    before = head[: head.index("<style>.archive-bar")] + head[head.index("</style></head>") + 8 :]
    assert bar
    assert before + after == stored
    assert 'href="/issues/1/china-russia-12.pdf"' in rest
    assert 'rel="next" href="/issues/2"' in rest


def test_the_policy_of_an_issue_allows_its_styles_and_nothing_else(desk: Desk) -> None:
    with desk.client() as browser:
        answer = browser.get("/issues/1")
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in answer.text.split("<style>")[1:]:
        digest = hashlib.sha256(part.partition("</style>")[0].encode()).digest()
        assert f"'sha256-{b64encode(digest).decode()}'" in policy


def test_styles_on_elements_of_own_templates_are_allowed_one_by_one(desk: Desk) -> None:
    page = b'<html><head></head><body><p style="color: red">x</p></body></html>'
    ident = given.publish(desk.store, given.brief(14), page=page)
    with desk.client() as browser:
        policy = browser.get(f"/issues/{ident}").headers["content-security-policy"]
    digest = b64encode(hashlib.sha256(b"color: red").digest()).decode()
    assert f"'unsafe-hashes' 'sha256-{digest}'" in policy


def test_an_issue_without_a_stored_page_is_made_from_its_brief(desk: Desk) -> None:
    ident = given.publish(desk.store, given.brief(14), page=b"")
    with desk.client() as browser:
        page = browser.get(f"/issues/{ident}").text
        assert browser.get(f"/issues/{ident}").text == page
    assert all(line.text in page for line in builders.brief().bottom_line)


def test_a_file_has_its_type_and_its_bytes(desk: Desk) -> None:
    with desk.client() as browser:
        answer = browser.get("/issues/1/china-russia-12.pdf")
        page = browser.get("/issues/1/china-russia-12.html")
    assert answer.content == given.PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="china-russia-12.pdf"'
    assert page.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "/issues/1/../../etc/passwd",
        "/issues/1/..%2f..%2fetc%2fpasswd",
        "/issues/1/%2e%2e/%2e%2e/etc/passwd",
        "/issues/1/china-russia-13.pdf",
        "/issues/1/%00",
        "/issues/0",
        "/issues/99",
        "/issues/2147483648",
        "/issues/99999999999999999999999999",
        "/issues/-1",
        "/issues/one",
        "/editions/..%2f..",
        "/editions/none",
        "/feeds/none.atom",
        "/feeds/daily",
        "/stories/" + "0" * 64,
        "/stories/%27%20or%201=1",
        "/sources/none",
        "/style-../../x.css",
        "/nothing",
    ],
)
def test_what_there_is_not_is_a_plain_404(desk: Desk, path: str) -> None:
    with desk.client() as browser:
        answer = browser.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert "There is no such page" in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "2", "99999", "10" * 40, "x", "1;2", "٣", ""])
def test_a_page_of_a_list_that_there_is_not_is_a_404(desk: Desk, page: str) -> None:
    with desk.client() as browser:
        assert browser.get("/editions/daily", params={"page": page}).status_code == 404
        assert browser.get("/editions/daily", params={"page": "1"}).status_code == 200


def test_a_long_list_is_leafed_through_without_a_gap(empty: Desk) -> None:
    for number in range(1, 61):
        given.publish(empty.store, given.brief(number), page=b"x", pdf=False)
    seen: list[int] = []
    with empty.client() as browser:
        for page in (1, 2, 3):
            text = browser.get(f"/editions/daily?page={page}").text
            assert ('rel="next"' in text) == (page < 3)
            assert ('rel="prev"' in text) == (page > 1)
            seen += [int(part.partition('"')[0]) for part in text.split('href="/issues/')[1:]]
        assert browser.get("/editions/daily?page=4").status_code == 404
    assert seen == list(range(60, 0, -1))


def test_an_edition_of_a_zone_has_its_own_page(desk: Desk) -> None:
    given.publish(desk.store, given.brief(1, edition="daily@Asia/Tokyo"))
    with desk.client() as browser:
        front = browser.get("/").text
        assert 'href="/editions/daily%40Asia/Tokyo"' in front
        page = browser.get("/editions/daily%40Asia/Tokyo").text
        feed = browser.get("/feeds/daily%40Asia/Tokyo.atom")
    assert "Daily edition · Tokyo" in page
    assert feed.status_code == 200


def test_an_issue_that_failed_is_listed_and_its_fault_is_the_operators(desk: Desk) -> None:
    with desk.store.write() as db:
        ident = issues.add(
            db,
            edition="daily",
            number=14,
            period=Period(start=given.NOW, end=given.NOW),
            cutoff=given.NOW,
            created=given.NOW,
            title="A Brief",
            brief_json=None,
            manifest="{}",
            state="failed",
            error="a secret path /srv/x",
        )
    with desk.client() as browser:
        assert "was not made" in browser.get("/editions/daily").text
        page = browser.get(f"/issues/{ident}").text
        assert browser.get("/feeds/daily.atom").text.count("<entry>") == 2
    assert "An issue that was not made" in page
    assert "secret" not in page


def test_a_story_is_shown_as_each_issue_told_it(desk: Desk) -> None:
    item = builders.brief().stories[0]
    with desk.client() as browser:
        page = browser.get("/issues/2/stories").text
        assert f'href="/stories/{item.id}"' in page
        assert "told in 2 issues" in page
        story = browser.get(f"/stories/{item.id}").text
    assert story.count("<article") == 2
    assert story.index("No. 13") < story.index("No. 12")
    for line in item.lines:
        assert story.count(line.text) == 2
        assert f'href="/issues/1#s{line.number}"' in story


def test_a_source_shows_its_state_and_what_it_gave(desk: Desk) -> None:
    one = builders.articles()[0]
    with desk.client() as browser:
        listed = browser.get("/sources").text
        name = one.places[0].source
        page = browser.get(f"/sources/{name}").text
    assert name in listed
    assert one.title in page
    assert one.text not in page


def test_a_feed_is_atom_with_an_entry_for_each_issue(desk: Desk) -> None:
    with desk.client(public_url="https://briefs.example.org", access="public") as browser:
        answer = browser.get("/feeds/daily.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    entries = root.findall(f"{_ATOM}entry")
    links = [entry.find(f"{_ATOM}link") for entry in entries]
    assert [link.get("href") for link in links if link is not None] == [
        "https://briefs.example.org/issues/2",
        "https://briefs.example.org/issues/1",
    ]
    assert len({entry.findtext(f"{_ATOM}id") for entry in entries}) == 2
    summary = entries[0].findtext(f"{_ATOM}summary") or ""
    assert builders.brief().stories[0].headline in summary


def test_a_feed_survives_a_title_that_xml_cannot_carry(empty: Desk) -> None:
    made = given.brief(1)
    worse = replace(made.stories[0], headline="a\x00b\x0b]]> <b>&")
    given.publish(empty.store, replace(made, stories=(worse, *made.stories[1:])), page=b"x")
    given.indexed(empty.store)
    with empty.client() as browser:
        answer = browser.get("/feeds/daily.atom")
    assert "]]> <b>&" in (
        ElementTree.fromstring(answer.content).findtext(f".//{_ATOM}summary") or ""
    )


def test_a_hostile_title_stays_text_on_every_page(empty: Desk) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    made = given.brief(1)
    item = replace(made.stories[0], headline=evil)
    given.publish(empty.store, replace(made, title=evil, stories=(item, *made.stories[1:])))
    first = builders.articles()[0]
    place = replace(first.places[0], title=evil, source=evil, url="javascript:alert(1)")
    given.collected(empty.store, (replace(first, places=(place,)),))
    given.indexed(empty.store)
    paths = (
        *("/", "/issues/1", "/issues/1/stories", f"/stories/{item.id}", "/editions/daily"),
        *("/sources", f"/sources/{evil.replace('/', '%2F').replace('?', '%3F')}"),
        *(f"/search?q={evil}", "/search?q=script&in=articles", "/search?q=script"),
    )
    with empty.client() as browser:
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code in (200, 404), path
            assert "<script" not in answer.text, path
            assert "<img" not in answer.text, path
            assert 'href="javascript' not in answer.text, path


def test_every_page_is_there_in_each_language(desk: Desk) -> None:
    said = {"en": "Latest issues", "zh": "最新各期", "ru": "Последние выпуски"}
    for language, words in said.items():
        with desk.client(language=language) as browser:
            page = browser.get("/")
            assert words in page.text
            assert page.headers["content-language"] == language
            assert browser.get("/search?q=rail").status_code == 200


def test_the_order_of_time_decides_which_issue_is_the_last(desk: Desk) -> None:
    with desk.store.read() as db:
        assert [head.number for head in issues.latest(db)] == [13]
        assert issues.count(db) == issues.count(db, "daily") == 2
        first, last = issues.heads(db, [1, 2, 99]).values()
        assert (issues.beside(db, first), issues.beside(db, last)) == ((None, 2), (1, None))
        assert last.created - first.created == timedelta(days=1)


def test_an_issue_that_tells_nothing_is_said_to_on_the_front_page(desk: Desk) -> None:
    with desk.client() as browser:
        assert "nothing to tell" not in browser.get("/").text
        quiet = given.brief(14, stories=(), tracks=(), bottom_line=(), quotes=(), timeline=())
        given.publish(desk.store, quiet, page=b"quiet")
    with desk.client() as browser:
        page = browser.get("/").text
    assert "No. 14" in page
    assert "nothing to tell" in page
