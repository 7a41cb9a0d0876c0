"""What an issue was made from, as text and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from service import manifest, topic
from service.errors import StoreError
from service.manifest import Manifest
from service.model import Problem, SourceRead
from service.order import Order
from service.render.sheet import Sheet

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def _manifest() -> Manifest:
    order = Order(
        title="Brief",
        marking="OPEN",
        edition="daily",
        language="zh",
        timezone="Asia/Shanghai",
        summarizer="auto",
        version="0.1.0",
        max_stories=8,
        formats=("pdf", "txt"),
        sender="Desk <desk@example.org>",
        since=NOW - timedelta(days=1),
        until=None,
        cutoff=NOW,
        components=(("python", "3.11.7"),),
        sheet=Sheet(size="Letter", archival=True),
        templates="/etc/briefing/templates",
    )
    return Manifest(
        order=order,
        revisions=("a" * 64, "b" * 64),
        stories=((1, 0),),
        known_before=NOW,
        reads=(SourceRead(name="wire", kind="feed", state="read", items=4, new=0),),
        problems=(Problem(source="wire", key="k", reason="is not UTF-8"),),
        labels={"wire": "CN", "corpus": None},
        topic="china-russia",
        profile="0" * 32,
        versions={"pango": "1.50"},
    )


def test_a_manifest_comes_back_equal_down_to_the_zone_of_its_times() -> None:
    kept = manifest.loads(manifest.dumps(_manifest()), issue=1)
    assert kept == _manifest()
    # A document may be made of the text of a time: an equal one in another guise is not the same.
    assert repr(kept.order) == repr(_manifest().order)


def test_times_of_an_order_are_utc() -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    assert replace(_manifest().order, cutoff=shanghai).cutoff.tzinfo is UTC
    with pytest.raises(ValueError, match="without a zone"):
        replace(_manifest().order, cutoff=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("text", ["", "{}", '{"version": "0.1.0", "revisions": []}', "[1"])
def test_another_form_is_told_in_one_line(text: str) -> None:
    with pytest.raises(StoreError, match="issue 7 was made by another version"):
        manifest.loads(text, issue=7)


def test_a_later_form_is_told() -> None:
    with pytest.raises(StoreError, match="manifest of form 9; this program reads 2"):
        manifest.loads(manifest.dumps(replace(_manifest(), form=9)), issue=7)


def test_differences_name_what_changed_what_came_and_what_went() -> None:
    then, now = {"a": "1", "b": "2", "same": "0"}, {"a": "3", "c": "4", "same": "0"}
    assert manifest.differences(then, now) == (
        "a: was 1, is 3",
        "b: was 2, is not there",
        "c: was not there, is 4",
    )


def test_a_profile_has_the_same_mark_each_time_and_another_when_it_is_changed() -> None:
    profile = topic.load("china-russia")
    assert manifest.fingerprint(profile) == manifest.fingerprint(topic.load("china-russia"))
    changed = replace(profile, threshold=profile.threshold + 0.1)
    assert manifest.fingerprint(changed) != manifest.fingerprint(profile)


def test_stories_are_places_in_the_list_of_revisions() -> None:
    assert manifest.grouped((("c", "a"), ("b",)), ("a", "b", "c")) == ((2, 0), (1,))
