"""robots.txt: the longest rule wins, silence is no consent, and each site is asked once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.fetch import Response
from feeds.robots import MAX_BYTES, Answer, Robots, Rule, read
from service.errors import FetchError
from tests.feeds.fakes import Canned, answer

SITE = "https://wire.example"
US = "briefing-digest"
NOW = datetime(2025, 6, 1, tzinfo=UTC)


def allowed(text: str, path: str) -> bool:
    return read(text.encode(), agent=US).allow(SITE + path)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /news", "/newspaper", False),
        ("User-agent: *\nDisallow: /news/", "/news", True),
        ("user-AGENT : *\r\n disallow:/x # why", "/x", False),
        ("User-agent: *\nDisallow: /x\n\nUser-agent: other\nDisallow: /", "/y", True),
        ("Disallow: /", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nCrawl-delay: 5\nDisallow: /x\nSitemap: https://a/\n", "/x", False),
    ],
)
def test_a_group_for_all_holds_for_us(text: str, path: str, expected: bool) -> None:
    assert allowed(text, path) is expected


@pytest.mark.parametrize("first", ["Allow: /\nDisallow: /private", "Disallow: /private\nAllow: /"])
def test_the_longest_rule_wins_in_any_order(first: str) -> None:
    assert not allowed(f"User-agent: *\n{first}", "/private/a")
    assert allowed(f"User-agent: *\n{first}", "/public")


def test_of_two_rules_of_one_length_yes_wins() -> None:
    assert allowed("User-agent: *\nDisallow: /a/b\nAllow: /a/b", "/a/b")


def test_a_group_that_names_us_replaces_the_one_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Briefing-Digest/1.0\nDisallow: /x"
    assert allowed(text, "/a")
    assert not allowed(text, "/x")


def test_a_group_that_names_us_and_bans_nothing_replaces_it_too() -> None:
    assert allowed("User-agent: *\nDisallow: /\n\nUser-agent: briefing-digest\nDisallow:", "/a")


def test_several_groups_that_name_us_are_one() -> None:
    text = f"User-agent: {US}\nDisallow: /x\n\nUser-agent: a\nUser-agent: {US}\nDisallow: /y"
    assert not allowed(text, "/x")
    assert not allowed(text, "/y")


def test_a_robot_whose_name_ours_begins_with_is_another() -> None:
    assert allowed("User-agent: brief\nDisallow: /", "/a")


@pytest.mark.parametrize(
    ("rule", "target", "fits"),
    [
        ("/a*z", "/abcz", True),
        ("/a*z", "/abczd", True),
        ("/a*z", "/abc", False),
        ("/*.pdf$", "/x/y.pdf", True),
        ("/*.pdf$", "/x/y.pdf?z", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*/print", "/x/print", True),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*b*c", "/a1c2b3", False),
        ("/ab*ba$", "/aba", False),
        ("/ab*ba$", "/abba", True),
        ("/*?", "/a?b", True),
        ("/*?", "/a", False),
        ("/a**b", "/ab", True),
        ("/a*$", "/abc", True),
    ],
)
def test_asterisks_and_the_end(rule: str, target: str, fits: bool) -> None:
    assert Rule(allow=False, path=rule).fits(target) is fits


@pytest.mark.parametrize(
    ("rule", "path"), [("/мир", "/%d0%bc%D0%B8%D1%80"), ("/a%2fb", "/a%2Fb/c")]
)
def test_escapes_are_compared_in_one_spelling(rule: str, path: str) -> None:
    assert not allowed(f"User-agent: *\nDisallow: {rule}", path)


def test_what_is_beyond_the_limit_is_not_read() -> None:
    text = "User-agent: *\n" + "#" * MAX_BYTES + "\nDisallow: /"
    assert allowed(text, "/a")


@given(st.binary(), st.text(alphabet="/ab*?$%é", max_size=12))
def test_any_bytes_are_rules(body: bytes, path: str) -> None:
    assert read(body, agent=US).allow(f"{SITE}/{path}") in (True, False)


@given(st.text(alphabet="/ab*$", max_size=8), st.text(alphabet="ab/", max_size=8))
def test_a_rule_fits_what_a_regular_expression_says(rule: str, target: str) -> None:
    import re

    body, end = (rule[:-1], r"\Z") if rule.endswith("$") else (rule, "")
    pattern = ".*".join(map(re.escape, body.split("*"))) + end
    fits = re.match(pattern, f"/{target}") is not None
    assert Rule(allow=False, path=rule).fits(f"/{target}") is fits


def _may(*answers: Response | FetchError, urls: tuple[str, ...]) -> tuple[list[Answer], Canned]:
    client = Canned(*answers)

    async def ask() -> list[Answer]:
        robots = Robots(client, agent=US, now=lambda: NOW)
        return list(await asyncio.gather(*(robots.may(url) for url in urls)))

    return asyncio.run(ask()), client


def test_a_site_is_asked_once_for_all_its_pages() -> None:
    rules = answer(b"User-agent: *\nDisallow: /x")
    found, client = _may(rules, urls=(f"{SITE}/a", f"{SITE}/x", f"{SITE}/a?b"))
    assert found == ["yes", "no", "yes"]
    assert [url for url, _ in client.asked] == [f"{SITE}/robots.txt"]


def test_another_port_is_another_site() -> None:
    found, client = _may(
        answer(b"User-agent: *\nDisallow: /"), answer(b""), urls=(f"{SITE}/a", f"{SITE}:8443/a")
    )
    assert found == ["no", "yes"]
    assert client.asked[1][0] == f"{SITE}:8443/robots.txt"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, "yes"), (410, "yes"), (403, "yes"), (401, "yes"), (429, "later")]
    + [(status, "later") for status in (500, 503, None)],
)
def test_no_rules_are_consent_and_no_answer_is_none(status: int | None, expected: Answer) -> None:
    assert _may(FetchError("no", status=status), urls=(f"{SITE}/a",))[0] == [expected]


@pytest.mark.parametrize(
    ("first", "passed", "asked"),
    [
        (answer(b""), timedelta(hours=23), 1),
        (answer(b""), timedelta(hours=24), 2),
        (FetchError("no", status=404), timedelta(hours=24), 2),
        (FetchError("no", status=503), timedelta(minutes=14), 1),
        (FetchError("no", status=503), timedelta(minutes=15), 2),
    ],
)
def test_what_a_site_says_holds_for_a_day_and_silence_for_a_quarter_of_an_hour(
    first: Response | FetchError, passed: timedelta, asked: int
) -> None:
    client = Canned(first, answer(b""))
    clock = [NOW]

    async def ask() -> None:
        robots = Robots(client, agent=US, now=lambda: clock[0])
        await robots.may(f"{SITE}/a")
        clock[0] += passed
        await robots.may(f"{SITE}/a")

    asyncio.run(ask())
    assert len(client.asked) == asked


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nCrawl-Delay : 2.5 # please\nDisallow: /a", 2.5),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: briefing-digest\nCrawl-delay: 2", 2.0),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: briefing-digest\nDisallow:", 0.0),
        ("User-agent: other\nCrawl-delay: 5", 0.0),
        ("Crawl-delay: 5", 0.0),
        ("User-agent: *\nCrawl-delay: 3\nCrawl-delay: 7", 7.0),
        ("User-agent: *\nCrawl-delay: soon", 0.0),
        ("User-agent: *\nCrawl-delay: -1", 0.0),
        ("User-agent: *\nCrawl-delay: inf", 0.0),
        ("User-agent: *\nCrawl-delay: ٣", 0.0),
        ("User-agent: *\nCrawl-delay: " + "9" * 400, 0.0),
    ],
)
def test_the_pause_that_a_site_asks_for_is_read(body: str, seconds: float) -> None:
    assert read(body.encode(), agent="briefing-digest").delay_s == seconds


def test_a_pause_closes_the_agents_of_a_group_as_a_rule_does() -> None:
    body = b"User-agent: *\nCrawl-delay: 1\nUser-agent: other\nDisallow: /"
    assert read(body, agent="briefing-digest").allow(f"{SITE}/a")


@pytest.mark.parametrize(
    ("delay", "leave", "pause_s"), [("30", "yes", 30.0), ("31", "slow", 31.0), ("0", "yes", 0.0)]
)
def test_a_pause_that_is_too_long_is_no_leave(delay: str, leave: str, pause_s: float) -> None:
    body = f"User-agent: *\nCrawl-delay: {delay}\nDisallow: /no".encode()
    robots = Robots(Canned(answer(body)), agent="briefing-digest", now=lambda: NOW)

    async def ask() -> tuple[float, str, str, float]:
        before = robots.pause_s(f"{SITE}/a")
        yes, no = await robots.may(f"{SITE}/a"), await robots.may(f"{SITE}/no")
        return before, yes, no, robots.pause_s(f"{SITE}/b")

    assert asyncio.run(ask()) == (0.0, leave, "no", pause_s)
