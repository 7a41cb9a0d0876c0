"""`full_text = true`, from the settings to the store: pages, robots.txt, and who asks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.model import Article
from service.store import Store, articles
from tests.feeds.server import Reply, Server, item, rss, serving

Run = Callable[..., tuple[int, str, str]]
LEAD = "A second rail bridge over the Amur river was opened to goods trains on Thursday morning."
MORE = (
    "The crossing near the town of Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear goods trains around the clock from December. "
    "Traders in Blagoveshchensk said that queues for lorries had reached four days in October."
)
PAGE = (
    f"<html><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1><p>{LEAD}"
    f"</p><p>{MORE}</p></article></body></html>"
).encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A server with a feed of teasers, and settings that read it with full text."""
    with serving() as found:
        (home / "briefing.toml").write_text(
            '[collect]\ngap_s = 0\ncontact = "desk@example.org"\n\n[[source]]\nname = "wire"\n'
            f'kind = "feed"\nurl = "{found.url("/feed")}"\nfull_text = true\nallow_private = true\n'
        )
        items = [item(str(n), LEAD, link=found.url(f"/{n}"), title="Bridge opens") for n in (1, 2)]
        found.paths["/feed"] = Reply(body=rss(*items[:1]))
        found.paths["/1"] = found.paths["/2"] = Reply(body=PAGE, headers=HTML)
        yield found


def _articles(home: Path) -> tuple[Article, ...]:
    with Store.open(f"sqlite:///{home}/briefing.db") as store, store.read() as db:
        return articles.collected(db)


def test_a_teaser_is_completed_once_and_its_place_says_from_where(
    home: Path, server: Server, briefing: Run
) -> None:
    assert briefing("collect")[0] == 0
    (found,) = _articles(home)
    assert found.text == f"{LEAD}\n\n{MORE}"
    assert [(place.text_from, place.url) for place in found.places] == [("page", server.url("/1"))]
    assert briefing("collect")[0] == 0
    assert (server.count("/1"), server.count("/robots.txt")) == (1, 1)
    assert _articles(home) == (found,)


def test_a_new_item_leaves_the_ones_before_as_they_are(
    home: Path, server: Server, briefing: Run
) -> None:
    briefing("collect")
    before = _articles(home)
    later = item("9", f"{LEAD} It is blue.", link=server.url("/2"))
    first = item("1", LEAD, link=server.url("/1"), title="Bridge opens")
    server.paths["/feed"] = Reply(body=rss(later, first))
    server.paths["/2"] = Reply(status=404)
    briefing("collect", "--all")
    assert server.count("/1") == 1
    texts = {article.text for article in _articles(home)}
    assert texts == {before[0].text, f"{LEAD} It is blue."}


def test_a_page_that_robots_may_not_read_is_left(home: Path, server: Server, briefing: Run) -> None:
    server.paths["/robots.txt"] = Reply(body=b"User-agent: briefing-digest\nDisallow: /1\n")
    assert briefing("collect")[0] == 0
    (found,) = _articles(home)
    assert (found.text, found.places[0].text_from) == (LEAD, "feed")
    assert server.count("/1") == 0


def test_every_request_says_who_asks_and_how_to_reach_them(server: Server, briefing: Run) -> None:
    briefing("collect")
    agents = {asked.headers["User-Agent"] for asked in server.asked}
    assert len(agents) == 1
    (agent,) = agents
    assert agent.startswith("briefing-digest/")
    assert agent.endswith(" (+desk@example.org)")
