"""Two ways to one page are one address; two pages never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model import canonical
from service.model.address import TRACKING


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("https://wire.example/a", "https://wire.example/a"),
        ("HTTPS://Wire.EXAMPLE/A", "https://wire.example/A"),
        ("https://wire.example", "https://wire.example/"),
        ("https://wire.example:443/a", "https://wire.example/a"),
        ("http://wire.example:80/a", "http://wire.example/a"),
        ("http://wire.example:443/a", "http://wire.example:443/a"),
        ("https://wire.example./a", "https://wire.example/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://wire.example/a#part", "https://wire.example/a"),
        ("https://wire.example/#!/news/1", "https://wire.example/#!/news/1"),
        ("https://wire.example/a?utm_source=x&utm_medium=y", "https://wire.example/a"),
        ("https://wire.example/a?id=7&utm_source=x&p=2", "https://wire.example/a?id=7&p=2"),
        ("https://wire.example/a?UTM_Source=x&id=7", "https://wire.example/a?id=7"),
        ("https://wire.example/a?fbclid=1&gclid=2&yclid=3", "https://wire.example/a"),
        ("https://wire.example/a?mc_cid=1&mc_eid=2", "https://wire.example/a"),
        ("https://wire.example/a?spm=1.2.3", "https://wire.example/a"),
        ("https://wire.example/a?", "https://wire.example/a"),
        ("https://wire.example/a?&&id=7&", "https://wire.example/a?id=7"),
        ("https://wire.example/a?b=2&a=1", "https://wire.example/a?b=2&a=1"),
        ("https://wire.example/новости", "https://wire.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("https://wire.example/%7euser%2fx", "https://wire.example/~user%2Fx"),
        ("https://wire.example/100%", "https://wire.example/100%25"),
        ("https://wire.example/a?ref=front&source=rss", "https://wire.example/a?ref=front&source=rss"),
        ("mailto:reader@wire.example", "mailto:reader@wire.example"),
        ("not an address", "not an address"),
        ("https://[bad/a", "https://[bad/a"),
        ("https://wire.example:port/a", "https://wire.example:port/a"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_is_brought_to_one_form(given_: str, expected: str) -> None:
    assert canonical(given_) == expected


@pytest.mark.parametrize("name", sorted(TRACKING))
def test_every_tracking_parameter_of_the_list_is_removed(name: str) -> None:
    assert canonical(f"https://wire.example/a?id=7&{name}=x") == "https://wire.example/a?id=7"


def test_two_pages_stay_two() -> None:
    pages = (
        "https://wire.example/a",
        "https://wire.example/a/",
        "https://wire.example/A",
        "https://wire.example/a?id=1",
        "https://wire.example/a?id=2",
        "https://wire.example/a%2Fb",
        "https://wire.example/a/b",
        "http://wire.example/a",
        "https://www.wire.example/a",
    )
    assert len({canonical(page) for page in pages}) == len(pages)


texts = st.text(max_size=30)
addresses = st.builds(
    "{}://{}{}/{}?{}#{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["wire.example", "Wire.Example.", "[::1]", "пример.example", "."]),
    st.sampled_from(["", ":80", ":443", ":8080", ":x"]),
    texts,
    st.lists(
        st.tuples(st.sampled_from(["id", "utm_x", "fbclid", "%75tm_source", ""]), texts).map(
            "=".join
        )
    ).map("&".join),
    st.sampled_from(["", "part", "!/x?y#z"]),
)


@given(addresses | st.text())
def test_bringing_it_to_one_form_again_changes_nothing(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@given(addresses, st.sampled_from(sorted(TRACKING)), texts.filter(str.isalnum))
def test_a_tracking_parameter_more_makes_no_difference(url: str, name: str, value: str) -> None:
    before, sign, fragment = url.partition("#")
    separator = "&" if "?" in before else "?"
    tracked = f"{before}{separator}{name}={value}{sign}{fragment}"
    assert canonical(tracked) == canonical(url) or canonical(url) == url
