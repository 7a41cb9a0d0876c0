"""Lines of keys and values in TOML."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from service.topic.tomlplaces import Places

SOURCE = '''name = "x"

[[entity]]  # the first
id = "one"
note = """
id = "not this"
[[entity]]
"""
en = [
    "One",
    "Uno",
]
[exclude]
en = ["Two"]
[[entity]]
id = "two"
"one" = 1
'''


def test_each_key_has_its_line() -> None:
    tomllib.loads(SOURCE)
    places = Places(SOURCE)
    assert places.line("", key="name") == 1
    assert places.line("entity") == 3
    assert places.line("entity", key="id") == 4
    assert places.line("entity", key="en") == 9
    assert places.line("entity", key="en", value="Uno") == 11
    assert places.line("exclude", key="en", value="Two") == 14
    assert places.line("entity", 2, "id") == 16
    assert places.line("entity", 2, "one") == 17


def test_what_is_not_there_is_on_the_line_of_its_table_or_on_none() -> None:
    places = Places(SOURCE)
    assert places.line("entity", 2, "name") == 15
    assert places.line("entity", key="en", value="Dos") == 9
    assert places.line("", key="title") is None
    assert places.line("entity", 3) is None
    assert places.line("track") is None


@given(st.text(), st.sampled_from(["", "entity"]), st.sampled_from(["", "en"]), st.text(max_size=3))
def test_any_text_has_lines_within_it(source: str, table: str, key: str, value: str) -> None:
    line = Places(source).line(table, 1, key, value)
    assert line is None or 1 <= line <= len(source.splitlines())
