"""Names that texts use for much else: what the desk is told of them."""

import pytest

from service.topic import doubts, load
from service.topic.profilefile import parse, source_of

HEAD = (
    'name = "x"\ntitle = "X"\n[[side]]\nid = "a"\nname = "A"\n'
    '[[entity]]\nid = "one"\nname = "The One"\nkind = "leader"\nside = "a"\n'
)


def told(line: str) -> tuple[str, ...]:
    source = HEAD + line + "\n"
    return doubts(parse(source, where="x.toml"), source, where="x.toml")


@pytest.mark.parametrize(
    ("language", "form", "why"),
    [
        ("en", "the", "is a common word: it counts as The One wherever it stands in any article"),
        ("en", "will", "is a common word"),
        ("en", "May", "wherever it stands with a capital"),
        ("en", "Polish", "is a common word"),
        ("en", "Li", "is the name of many: everybody called so counts as The One"),
        ("en", "Wang", "is the name of many"),
        ("en", "CPC", "the Caspian Pipeline Consortium"),
        ("en", "ki*", "a star after 2 letters"),
        ("ru", "Ван", "is the name of many"),
        ("ru", "Иванов", "is the name of many"),
        ("ru", "Правда", "is a common word"),
        ("ru", "они", "is a common word"),
        ("ru", "ки*", "a star after 2 letters"),
        ("zh", "和平", "inside longer words too"),
        ("zh", "我们", "is a common word"),
    ],
)
def test_a_name_that_is_a_common_word_is_doubted_with_its_line(
    language: str, form: str, why: str
) -> None:
    (doubt,) = told(f'{language} = ["The Only One", "{form}"]')
    assert doubt.startswith(f'topic x.toml, line 11: entity "one", {language}: "{form}" ')
    assert why in doubt


@pytest.mark.parametrize(
    "line",
    [
        'en = ["Theresa May", "US", "WHO", "SCO", "Wang Yi", "Kenya", "Li-Ning", "Tanzania*"]',
        'zh = ["习近平", "中国", "普京"]',
        'ru = ["Путин*", "КНР", "китай*", "Иванов Иван"]',
        'en = ["Theresa May"]\nshort = {en = ["May"], ru = ["Ван"]}',
    ],
)
def test_full_names_and_short_ones_are_not_doubted(line: str) -> None:
    assert told(line) == ()


def test_the_cure_names_the_full_name_beside_which_it_counts() -> None:
    (doubt,) = told('en = ["Theresa May", "Prime Minister May", "May"]')
    assert 'write short = {en = ["May"]}, where it counts only in a text that has "Theresa' in doubt


def test_a_name_alone_is_to_be_given_in_full() -> None:
    (doubt,) = told('en = ["Wang"]')
    assert 'write a full name (here, perhaps, "The One")' in doubt


def test_the_line_is_that_of_the_name_in_a_list_of_several_lines() -> None:
    (doubt,) = told('en = [\n    "Theresa May",\n    "May",\n]')
    assert doubt.startswith("topic x.toml, line 13: ")


def test_of_the_shipped_profile_two_countries_are_doubted_that_have_no_other_name() -> None:
    found = doubts(load("china-russia"), source_of("china-russia"), where="x")
    assert [doubt.split('"')[1] for doubt in found] == ["turkey", "poland"]
