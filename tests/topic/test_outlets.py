"""State media by name and by host."""

import pytest

from service.topic import load, state_media

PROFILE = load("china-russia")


@pytest.mark.parametrize(
    ("outlet", "url", "expected"),
    [
        ("Xinhua", None, "CN"),
        ("xinhua news  agency", None, "CN"),
        ("ТАСС", None, "RU"),
        ("Example Post", "https://english.news.cn/a.html", "CN"),
        ("Example Post", "https://TASS.com/world/1", "RU"),
        ("xinhuanet.com", None, "CN"),
        ("TASS watchers", "https://example.org/tass.com", None),
        ("Example Post", "https://nottass.com/", None),
        ("Example Post", "https://[broken", None),
        ("", None, None),
    ],
)
def test_state_media(outlet: str, url: str | None, expected: str | None) -> None:
    assert state_media(outlet, url, PROFILE) == expected
