"""Whom issues go to: the settings' recipients, the store's, and who has left."""

import pytest

from service.errors import StoreError
from service.store import Store, bounces, recipients
from service.store.recipients import Recipient, Wanted
from tests.store.given import START, hour

A = Wanted(address="a@one.example", editions=("daily",))
B = Wanted(address="b@two.example", editions=("daily",), groups=("officials",))


def sync(store: Store, *wanted: Wanted, **groups: tuple[str, ...]) -> None:
    with store.write() as db:
        recipients.sync(db, wanted, groups, now=START)


def add(store: Store, *wanted: Wanted, **groups: tuple[str, ...]) -> tuple[str, ...]:
    with store.write() as db:
        return recipients.add(db, wanted, groups, now=START)


def one(store: Store, address: str) -> Recipient:
    with store.read() as db:
        return recipients.find(db, address)


def readers(store: Store, edition: str, *, every_zone: bool = False) -> list[str]:
    with store.read() as db:
        found = recipients.readers(db, edition, every_zone=every_zone)
    return sorted(reader.address for reader in found)


def test_the_settings_recipients_come_go_and_come_back(store: Store) -> None:
    sync(store, A, B)
    ident = one(store, A.address).id
    sync(store, B)
    assert readers(store, "daily") == [B.address]
    assert not one(store, A.address).listed
    sync(store, A, B)
    assert readers(store, "daily") == [A.address, B.address]
    assert one(store, A.address).id == ident


def test_what_the_file_says_now_holds(store: Store) -> None:
    sync(store, A)
    changed = Wanted(
        address=A.address, name="Anna", editions=("weekly",), format="full", attach=("md", "pdf")
    )
    sync(store, changed)
    found = one(store, A.address)
    assert (found.name, found.format, found.attach) == ("Anna", "full", ("md", "pdf"))
    assert found.editions == ("weekly",)
    assert readers(store, "daily") == []


def test_who_has_left_is_not_brought_back_by_file_list_or_group(store: Store) -> None:
    sync(store, A, B, officials=("weekly",))
    with store.write() as db:
        recipients.leave(db, one(store, B.address).id, None, now=hour(1))
    sync(store, A, B, officials=("weekly", "monthly"))
    assert one(store, B.address).left == ("daily", "weekly")
    # An edition that the group gets from now on is another matter.
    assert one(store, B.address).editions == ("monthly",)
    sync(store, A)
    sync(store, A, B, officials=("weekly", "monthly"))
    assert readers(store, "daily") == [A.address]
    assert readers(store, "weekly") == []
    with store.write() as db:
        recipients.subscribe(db, one(store, B.address).id, "daily", now=hour(2))
    assert readers(store, "daily") == [A.address, B.address]


def test_a_reader_of_the_store_who_has_left_stays_away_when_added_again(store: Store) -> None:
    (ident,) = add(store, A)
    with store.write() as db:
        assert recipients.leave(db, ident, "daily", now=START) == ("daily",)
        assert recipients.leave(db, ident, "daily", now=hour(1)) == ()
    add(store, A)
    assert readers(store, "daily") == []


def test_who_leaves_an_edition_it_never_had_does_not_get_it_later(store: Store) -> None:
    (ident,) = add(store, Wanted(address="c@x.example"))
    with store.write() as db:
        recipients.leave(db, ident, "daily", now=START)
    add(store, Wanted(address="c@x.example", editions=("daily",)))
    assert readers(store, "daily") == []


def test_a_group_gives_its_editions_to_members_of_the_store_too(store: Store) -> None:
    add(store, Wanted(address="c@x.example", groups=("officials",)))
    assert readers(store, "weekly") == []
    sync(store, officials=("weekly",))
    assert readers(store, "weekly") == ["c@x.example"]
    assert one(store, "c@x.example").groups == ("officials",)


def test_capitals_make_no_second_reader_of_a_mailbox_but_of_a_folder_they_do(
    store: Store,
) -> None:
    folders = [Wanted(address=path, channel="folder") for path in ("/srv/A", "/srv/a")]
    made = add(store, A, Wanted(address="A@one.example", name="Anna"), *folders)
    assert len(set(made)) == 3
    assert one(store, "a@ONE.example").name == "Anna"


def test_a_command_does_not_change_what_the_file_names(store: Store) -> None:
    sync(store, A)
    with pytest.raises(StoreError, match="in the settings file: change it there"):
        add(store, A)
    with store.write() as db, pytest.raises(StoreError, match="cut it out there"):
        recipients.remove(db, one(store, A.address).id)


def test_a_reader_of_the_store_that_the_file_names_is_the_file_s(store: Store) -> None:
    (ident,) = add(store, A)
    sync(store, A)
    assert one(store, A.address).origin == "settings"
    assert one(store, A.address).id == ident
    sync(store)
    assert readers(store, "daily") == []


def test_one_that_is_removed_gets_nothing_and_what_it_left_is_remembered(store: Store) -> None:
    (ident,) = add(store, Wanted(address="c@x.example", editions=("daily", "weekly")))
    with store.write() as db:
        recipients.leave(db, ident, "weekly", now=START)
        recipients.remove(db, ident)
    assert readers(store, "daily") == []
    add(store, Wanted(address="c@x.example", editions=("daily", "weekly")))
    assert readers(store, "daily") == ["c@x.example"]
    assert readers(store, "weekly") == []


def test_an_edition_in_a_zone_goes_to_the_readers_of_that_zone(store: Store) -> None:
    add(
        store,
        A,
        Wanted(address="t@x.example", editions=("daily",), timezone="Asia/Tokyo"),
        Wanted(address="u@x.example", editions=("daily",), timezone="Asia/Urumqi"),
        Wanted(address="w@x.example", editions=("weekly",), timezone="Asia/Omsk"),
    )
    assert readers(store, "daily") == [A.address]
    assert readers(store, "daily@Asia/Tokyo") == ["t@x.example"]
    assert len(readers(store, "daily", every_zone=True)) == 3
    with store.read() as db:
        assert recipients.zones(db, "daily") == ("Asia/Tokyo", "Asia/Urumqi")


def test_the_suppressed_get_nothing_until_someone_allows_it(store: Store) -> None:
    (ident,) = add(store, A)
    with store.write() as db:
        recipients.suppress(db, ident, "complaint", now=START)
        recipients.suppress(db, ident, "operator", now=hour(1))
    found = one(store, A.address)
    assert (found.suppressed, found.suppressed_at) == ("complaint", START)
    assert readers(store, "daily") == []
    with store.write() as db:
        recipients.unsuppress(db, ident)
    assert readers(store, "daily") == [A.address]


def test_formats_are_those_that_some_reader_wants_attached(store: Store) -> None:
    add(store, A, Wanted(address="t@x.example", editions=("daily",), attach=("md", "html")))
    with store.read() as db:
        assert recipients.formats(db, "daily") == ("html", "md", "pdf")
        assert recipients.formats(db, "weekly") == ()


def test_an_address_that_is_not_there_is_told_in_one_line(store: Store) -> None:
    with store.read() as db:
        with pytest.raises(StoreError, match="no recipient x@y"):
            recipients.find(db, "x@y.example")
        with pytest.raises(StoreError, match="no recipient 12"):
            recipients.get(db, "12")


def test_a_hard_bounce_and_a_complaint_end_a_reader_and_policy_never_does(store: Store) -> None:
    idents = add(store, *(Wanted(address=f"{n}@x.example", editions=("daily",)) for n in "abcd"))
    with store.write() as db:
        for ident, kind in zip(idents, ("hard", "complaint", "policy", "other"), strict=True):
            for number in range(5):
                bounces.record(db, f"{ident}{number}", kind, at=START, recipient=ident)  # type: ignore[arg-type]
    assert readers(store, "daily") == ["c@x.example", "d@x.example"]


def test_the_third_soft_bounce_in_seven_days_ends_a_reader(store: Store) -> None:
    (ident,) = add(store, A)
    with store.write() as db:
        for at in (0, 24, 24 * 8):
            bounces.record(db, f"r{at}", "soft", at=hour(at), recipient=ident)
        assert recipients.get(db, ident).suppressed is None
        bounces.record(db, "r9", "soft", at=hour(24 * 8 + 1), recipient=ident)
        assert recipients.get(db, ident).suppressed is None
        bounces.record(db, "r10", "soft", at=hour(24 * 8 + 2), recipient=ident)
        assert recipients.get(db, ident).suppressed == "soft"


def test_a_report_that_is_read_again_counts_once(store: Store) -> None:
    (ident,) = add(store, A)
    with store.write() as db:
        assert bounces.record(db, "<r@x>", "soft", at=START, recipient=ident)
        for _ in range(5):
            assert not bounces.record(db, "<r@x>", "soft", at=START, recipient=ident)
        assert recipients.get(db, ident).suppressed is None


def test_what_only_a_group_gave_goes_when_the_edition_drops_the_group(store: Store) -> None:
    add(store, B, officials=("weekly",))
    assert one(store, B.address).editions == ("daily", "weekly")
    sync(store, officials=("monthly",))
    assert one(store, B.address).editions == ("daily", "monthly")
    sync(store)
    assert one(store, B.address).editions == ("daily",)
    # And it comes back with the group.
    sync(store, officials=("weekly",))
    assert one(store, B.address).editions == ("daily", "weekly")


def test_what_a_reader_asked_for_stays_when_a_group_that_gave_it_too_is_dropped(
    store: Store,
) -> None:
    (by_list, by_name) = add(
        store,
        Wanted(address="a@one.example", groups=("officials",)),
        Wanted(address="b@two.example", groups=("officials",)),
        officials=("weekly",),
    )
    asked = Wanted(address="a@one.example", editions=("weekly",), groups=("officials",))
    assert add(store, asked, officials=("weekly",)) == (by_list,)
    with store.write() as db:
        recipients.subscribe(db, by_name, "weekly", now=hour(1))
    sync(store)
    assert readers(store, "weekly") == ["a@one.example", "b@two.example"]


def test_an_edition_that_two_groups_give_stays_while_one_of_them_does(store: Store) -> None:
    both = Wanted(address="a@one.example", groups=("officials", "press"))
    add(store, both, officials=("weekly",), press=("weekly",))
    sync(store, press=("weekly",))
    assert readers(store, "weekly") == ["a@one.example"]
    sync(store)
    assert readers(store, "weekly") == []


def test_who_has_left_what_a_group_gives_stays_away_when_it_comes_and_goes(store: Store) -> None:
    (ident,) = add(store, B, officials=("weekly",))
    with store.write() as db:
        recipients.leave(db, ident, "weekly", now=hour(1))
    sync(store)
    sync(store, officials=("weekly",))
    assert one(store, B.address).left == ("weekly",)
    assert readers(store, "weekly") == []
