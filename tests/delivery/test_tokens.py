"""Links of readers: made and read by us only, for ever, and without an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.tokens import Ticket, Tokens, new_key, new_reader
from service.errors import LinkError, SettingsError

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32
TICKET = Ticket(reader="Zk3vB1x9Qm0aTq7WcE5yPg", edition="daily", purpose="leave")


def test_what_was_made_is_read_again() -> None:
    tokens = Tokens([NEW])
    assert tokens.read(tokens.make(TICKET), "leave") == TICKET


def test_the_same_ticket_gives_the_same_mark_so_that_a_message_made_twice_is_the_same() -> None:
    assert Tokens([NEW]).make(TICKET) == Tokens([NEW]).make(TICKET)


def test_a_mark_stands_in_a_link_as_it_is_and_is_short() -> None:
    mark = Tokens([NEW]).make(TICKET)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", mark)
    assert len(mark) < 140


def test_links_of_an_earlier_key_work_until_the_key_is_taken_out() -> None:
    mark = Tokens([OLD]).make(TICKET)
    assert Tokens([OLD, NEW]).read(mark, "leave") == TICKET
    with pytest.raises(LinkError, match="not one of ours"):
        Tokens([NEW]).read(mark, "leave")


def test_the_last_key_signs() -> None:
    assert Tokens([OLD, NEW]).make(TICKET) == Tokens([NEW]).make(TICKET)


def test_a_link_for_one_use_is_refused_for_another() -> None:
    tokens = Tokens([NEW])
    with pytest.raises(LinkError, match="something else"):
        tokens.read(tokens.make(TICKET), "choose")


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"]])
def test_a_key_that_is_missing_or_can_be_guessed_is_refused(keys: list[str]) -> None:
    with pytest.raises(SettingsError, match="key"):
        Tokens(keys)


def test_a_mark_of_another_desk_is_refused() -> None:
    with pytest.raises(LinkError):
        Tokens([NEW]).read(Tokens([OTHER]).make(TICKET), "leave")


@given(st.text(max_size=700))
def test_whatever_comes_in_a_link_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(LinkError) as caught:
        Tokens([NEW]).read(text, "leave")
    assert "\n" not in str(caught.value)


@given(st.data())
def test_a_mark_with_one_sign_changed_is_refused(data: st.DataObject) -> None:
    tokens = Tokens([NEW])
    mark = tokens.make(TICKET)
    at = data.draw(st.integers(0, len(mark) - 1))
    sign = data.draw(st.characters(exclude_characters=mark[at]))
    changed = mark[:at] + sign + mark[at + 1 :]
    # The last sign of base64 has bits that say nothing: then it is the same mark.
    try:
        assert tokens.read(changed, "leave") == TICKET
    except LinkError:
        return
    assert at in (len(mark) - 1, mark.index(".") - 1)


@given(reader=st.text(max_size=40), edition=st.text(max_size=40))
def test_every_reader_and_edition_comes_back(reader: str, edition: str) -> None:
    ticket = Ticket(reader=reader, edition=edition, purpose="choose")
    tokens = Tokens([NEW])
    mark = tokens.make(ticket)
    if len(mark) <= 600:
        assert tokens.read(mark, "choose") == ticket


def test_new_keys_and_readers_differ_and_are_long_enough() -> None:
    assert len({new_key() for _ in range(50)}) == 50
    assert len({new_reader() for _ in range(50)}) == 50
    Tokens([new_key()])
