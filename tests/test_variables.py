"""Which variable of the environment gave a setting."""

import pytest

from service.variables import giver, unreadable


@pytest.mark.parametrize(
    ("loc", "environ", "found"),
    [
        (("desk", "paper"), {}, None),
        (("desk", "paper"), {"BRIEFING_DESK__PAPER": "A3"}, ("BRIEFING_DESK__PAPER", 2)),
        (("desk", "paper"), {"briefing_desk__Paper": "A3"}, ("briefing_desk__Paper", 2)),
        (("desk", "paper"), {"BRIEFING_DESK__TITLE": "A"}, None),
        (("desk", "paper"), {"BRIEFING_DESK": '{"paper": "A3"}'}, ("BRIEFING_DESK", 1)),
        (("desk", "paper"), {"BRIEFING_DESK": '{"title": "A"}'}, None),
        (("desk", "paper"), {"DESK__PAPER": "A3", "BRIEFING_HOME": "/srv"}, None),
        (("source", 0, "kind"), {"BRIEFING_SOURCE": "[{}]"}, ("BRIEFING_SOURCE", 1)),
        (("edition",), {"BRIEFING_EDITION__0__AT": "x"}, ("BRIEFING_EDITION__0__AT", 1)),
        (("desk",), {"BRIEFING_DESK": "3"}, ("BRIEFING_DESK", 1)),
    ],
)
def test_the_variable_that_gave_a_value_is_found(
    loc: tuple[str | int, ...], environ: dict[str, str], found: tuple[str, int] | None
) -> None:
    assert giver(loc, environ) == found


def test_a_key_of_its_own_comes_before_its_section() -> None:
    both = {"BRIEFING_DESK": '{"paper": "A3"}', "BRIEFING_DESK__PAPER": "A2"}
    assert giver(("desk", "paper"), both) == ("BRIEFING_DESK__PAPER", 2)


def test_a_section_that_is_no_json_is_named() -> None:
    fault = unreadable(ValueError('error parsing value for field "smtp" from source "Env"'))
    assert fault.startswith("BRIEFING_SMTP: is not JSON")
