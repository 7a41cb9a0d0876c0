"""What the bytes of a document depend on is known by name."""

import re

from service.render import machine, pdf


def test_programs_libraries_fonts_and_templates_are_named() -> None:
    found = machine.versions()
    assert {"python", "platform", "program", "templates", "fonts", "weasyprint"} <= found.keys()
    assert re.fullmatch(r"[0-9a-f]{32}", found["fonts"])
    assert found == machine.versions()


def test_pango_is_the_one_that_sets_the_pages() -> None:
    assert pdf.library().endswith(f"Pango {machine.versions()['pango']}")


def test_a_digest_is_of_names_and_contents_and_where_one_ends() -> None:
    parts = [("a", b"12"), ("b", b"3")]
    assert machine.digest(parts) == machine.digest(list(parts))
    assert machine.digest(parts) != machine.digest([("a", b"1"), ("b", b"23")])
    assert machine.digest(parts) != machine.digest([("b", b"12"), ("a", b"3")])
