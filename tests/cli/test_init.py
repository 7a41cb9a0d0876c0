"""`briefing init --topic`: a profile is good, doubtful or wrong, in words for a desk officer."""

from collections.abc import Callable
from pathlib import Path

from tests.topic.test_profile import FAULTY, OWN

Run = Callable[..., tuple[int, str, str]]


def test_a_good_profile_is_counted_and_a_doubtful_name_is_a_warning(
    home: Path, briefing: Run
) -> None:
    (home / "own.toml").write_text(OWN, encoding="utf-8")
    code, out, err = briefing("init", "--topic", "own.toml")
    assert (code, err) == (0, "")
    assert out == (
        "own.toml: a good profile: Norway and Sweden; sides 2, entities 2, names 6, tracks 0\n"
    )
    (home / "own.toml").write_text(OWN.replace('"Oslo"', '"Polish"'), encoding="utf-8")
    code, out, err = briefing("init", "--topic", "own.toml")
    assert code == 0
    assert out.endswith("doubtful names 1\n")
    assert err.startswith(
        'briefing: warning: topic own.toml, line 20: entity "norway", en: "Polish" is a common word'
    )


def test_every_fault_is_a_line_and_nothing_is_written(home: Path, briefing: Run) -> None:
    (home / "faulty.toml").write_text(FAULTY, encoding="utf-8")
    code, out, err = briefing("init", "--topic", "faulty.toml")
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert len(lines) > 15
    assert all(line.startswith("briefing: topic faulty.toml") for line in lines)
    assert not (home / "briefing.toml").exists()


def test_a_shipped_topic_is_checked_by_its_name(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("init", "--topic", "china-russia")
    assert code == 0
    assert out.startswith("china-russia: a good profile: China–Russia relations; sides 2")
