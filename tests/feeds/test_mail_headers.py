"""Headers of saved mails, as people and programs write them."""

import pytest

from feeds.mail.headers import sender


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Amur Dispatch <news@dispatch.example>", "Amur Dispatch"),
        ('"Dispatch, Amur" <news@dispatch.example>', "Dispatch, Amur"),
        ("news@mail.dispatch.example", "mail.dispatch.example"),
        ("news@dispatch.example <news@dispatch.example>", "dispatch.example"),
        ("<>", None),
        ("", None),
        ("root@localhost", None),
    ],
)
def test_the_outlet_is_the_senders_name_or_host(text: str, name: str | None) -> None:
    assert sender(text) == name
