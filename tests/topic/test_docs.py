"""What docs/topics.md says of a profile: its example loads, its numbers and its keys are right."""

import re
from pathlib import Path

import pytest

from service.errors import SettingsError
from service.stories.linkage import RULE
from service.topic import Profile, load, relevance, tracks
from service.topic.profile import KINDS
from service.topic.profilefile import parse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "topics.md").read_text(encoding="utf-8")
EXAMPLE = next(
    block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.S) if "[[side]]" in block
)
#: A file with a key too many in every table, so that the faults name those that are allowed.
FAULTY = """
nokey = 1
[[side]]
nokey = 1
[[entity]]
nokey = 1
[[track]]
nokey = 1
[[agency]]
nokey = 1
[[state_media]]
nokey = 1
[exclude]
nokey = 1
"""


def example() -> Profile:
    return parse(EXAMPLE, where="topics.md")


def allowed() -> set[str]:
    """Return the keys that profiles have, as the page writes them."""
    with pytest.raises(SettingsError) as caught:
        parse(FAULTY, where="x")
    found = set()
    for fault in caught.value.problems:
        match = re.search(r'line \d+: (?:(\w+)[^:]*: )?"nokey" is not a key .* of: (.*)$', fault)
        if match:
            prefix = f"{match[1]}." if match[1] else ""
            found |= {prefix + key for key in match[2].split()}
    return found


def test_the_example_is_a_good_profile(tmp_path: Path) -> None:
    file = tmp_path / "kenya-uganda.toml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert load(str(file)).title == "Kenya–Uganda relations"


def test_every_key_of_a_profile_is_on_the_page_and_no_other() -> None:
    tables = {"side", "entity", "track", "agency", "state_media", "exclude"}
    rows = re.search(r"## Every key\n(.*?)\nLanguages", PAGE, re.S)
    assert rows
    named = {
        key
        for row in re.findall(r"^\| (`.*?) \|", rows[1], re.M)
        for key in re.findall(r"`([a-z_.]+)`", row)
    }
    assert len(named) > 20
    assert named == allowed() - tables


def test_every_kind_is_on_the_page() -> None:
    assert [kind for kind in KINDS if kind not in PAGE] == []


def test_the_example_of_relevance_is_what_is_computed() -> None:
    title = re.search(r'the title "(.*?)"', PAGE)
    text = re.search(r"^> (.*)$", PAGE, re.M)
    assert title
    assert text
    found = relevance(title[1], text[1], example())
    for part in found.parts:
        assert f"| {part.name} | {part.value:+.2f} | {part.detail} |" in PAGE
    assert f"The sum is {found.score:.2f}" in PAGE
    assert found.relevant


def test_the_example_reads_three_languages() -> None:
    profile = example()
    assert relevance("", "肯尼亚和乌干达周一同意开放第二个口岸。", profile).relevant
    assert relevance("", "Кения и Уганда договорились открыть второй переход.", profile).relevant
    assert not relevance("", "The Uganda kob grazes far from Kenya coffee.", profile).relevant


def test_the_example_knows_its_tracks() -> None:
    found = tracks("Railway reaches Kampala", "The gauge is that of Kenya.", example())
    assert found[0] == ("transport", 1.0)


def test_the_numbers_of_stories_are_those_of_the_code() -> None:
    assert f"at least {RULE.threshold}" in PAGE


def test_a_topic_may_have_one_side() -> None:
    one = parse(
        'name = "nile"\ntitle = "The Nile"\nthreshold = 0.6\n[[side]]\nid = "nile"\nname = "Nile"\n'
        '[[entity]]\nid = "nile"\nname = "Nile"\nkind = "place"\nside = "nile"\nen = ["Nile"]\n',
        where="x",
    )
    assert relevance("Flood on the Nile", "The Nile rose by a metre.", one).relevant
    assert not relevance("Flood on the Danube", "It rose by a metre.", one).relevant
