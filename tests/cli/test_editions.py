"""An edition over three days: what is new, what was added, what has gone quiet."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
DAY = 86400
FIRST = 1772434800  # 2026-03-02 07:00 UTC


def _issue(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch, day: int, *words: str
) -> dict[str, Any]:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(FIRST + day * DAY))
    out = home / f"day{day}"
    code, _, err = briefing(
        "now",
        "--edition",
        "daily",
        "--since",
        "last",
        "--format",
        "json,html,pdf,txt,md,eml",
        "--out",
        out,
        *words,
    )
    assert code == 0, err
    (file,) = out.glob("*.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _kinds(issue: dict[str, Any]) -> dict[str, str]:
    return {change["headline"]: change["kind"] for change in issue["changed"]}


def _sentences(issue: dict[str, Any]) -> list[str]:
    items = [item for item in issue["stories"]]
    lines = [*issue["bottom_line"], *(line for item in items for line in item["lines"])]
    return [line["text"] for line in lines]


UPDATE = (
    "Second rail bridge over the Amur closes for repairs\n\n"
    "China and Russia opened a second rail bridge over the Amur river on Thursday morning. "
    "Engineers closed the rail bridge over the Amur near Heihe for nine days after ice had "
    "damaged two of its pillars. "
    "The crossing near the town of Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear goods trains around the clock from December.\n"
)


def test_three_days_say_new_then_updated_then_gone_quiet(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge, gas = "Second rail bridge over the Amur opens", "Gas talks end without a deal"
    first = _issue(home, briefing, monkeypatch, 0)
    assert first["changed"] == []
    assert {item["headline"]: item["badge"] for item in first["stories"]} == {
        bridge: "new",
        gas: "new",
    }

    (home / "corpus" / "later.txt").write_text(UPDATE, encoding="utf-8")
    second = _issue(home, briefing, monkeypatch, 1)
    assert _kinds(second) == {
        "Second rail bridge over the Amur closes for repairs": "updated",
        gas: "quiet",
    }
    (item,) = second["stories"]
    assert item["badge"] == "updated"
    assert len(item["lines"]) == 1
    assert "damaged two of its pillars" in item["lines"][0]["text"]
    assert not set(_sentences(first)) & set(_sentences(second))

    third = _issue(home, briefing, monkeypatch, 2)
    assert set(_kinds(third).values()) == {"quiet"}
    assert third["stories"] == []
    for number in (1, 2, 3):
        code, _, err = briefing("issues", "verify", str(number))
        assert code == 0, err


def test_a_copy_of_what_was_told_is_continuing_and_prints_no_sentence(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _issue(home, briefing, monkeypatch, 0)
    text = (home / "corpus" / "bridge.txt").read_text(encoding="utf-8")
    (home / "corpus" / "copy.txt").write_text(text + "Trains run daily.\n", encoding="utf-8")
    second = _issue(home, briefing, monkeypatch, 1)
    assert "continuing" in _kinds(second).values()
    assert _sentences(second) == []


def test_issues_on_demand_are_not_held_against_each_other(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "json", "--out", home / "a")
    briefing("now", "--format", "json", "--out", home / "b", "--issue", "1")
    one, two = (next((home / name).iterdir()).read_text(encoding="utf-8") for name in "ab")
    assert one == two
    assert json.loads(one)["changed"] == []


def test_explain_names_every_part_and_the_story(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "json")
    brief = json.loads(next((home / "briefs").iterdir()).read_text(encoding="utf-8"))
    ident = brief["sources"][0]["article"]
    code, out, _ = briefing("explain", ident[:8], "--json")
    row = json.loads(out)
    assert code == 0
    assert row["relevant"] is True
    assert row["score"] == pytest.approx(sum(part["value"] for part in row["parts"]))
    assert ident in row["story"]["articles"]
    code, out, _ = briefing("explain", ident[:8])
    assert code == 0
    assert "threshold" in out
    assert briefing("explain", "000000")[0] == 1


def test_explain_finds_an_article_by_its_file_and_names_what_its_place_rests_on(
    home: Path, briefing: Run
) -> None:
    text = (home / "corpus" / "bridge.txt").read_text(encoding="utf-8")
    (home / "corpus" / "copy.txt").write_text(text + "Trains run daily.\n", encoding="utf-8")
    briefing("now", "--format", "json")
    code, out, _ = briefing("explain", "corpus/bridge.txt", "--json")
    row = json.loads(out)
    assert code == 0
    parts = ["origins", "relevance", "recency", "actors", "languages"]
    assert [part["name"] for part in row["story"]["order"]] == parts
    (link,) = row["story"]["links"].values()
    assert [part["name"] for part in link] == ["words", "time"]
    assert link[0]["value"] > 0
    assert "words 0." in briefing("explain", "bridge.txt")[1]


ANNOUNCED = (
    "Ministers of China and Russia agree on a summit\n\n"
    "The foreign ministers of China and Russia agreed on the agenda of a summit in Harbin. "
    "The presidents of China and Russia will open the summit in Harbin on 20 April 2026.\n"
)


@pytest.mark.slow
def test_what_a_story_announced_is_watched_for_until_it_passes(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "corpus" / "summit.txt").write_text(ANNOUNCED, encoding="utf-8")
    first = _issue(home, briefing, monkeypatch, 0)
    (said,) = [sentence for sentence in _sentences(first) if "20 April" in sentence]
    assert first["watch"] == []
    for day in (1, 2, 30):  # longer than stories are remembered
        (item,) = _issue(home, briefing, monkeypatch, day)["watch"]
        assert (item["line"]["text"], item["start"]) == (said, "2026-04-20")
    assert briefing("issues", "verify", "3")[0] == 0
    assert _issue(home, briefing, monkeypatch, 50)["watch"] == []
