"""Which addresses may be connected to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.addresses import Allowed, literal, public, shown, split


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.1.1",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "3fff::1",
        "fec0::1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "::ffff:169.254.169.254",
        "::ffff:100.64.0.1",
    ],
)
def test_an_address_of_no_public_host_is_refused(text: str) -> None:
    assert not public(ipaddress.ip_address(text))
    assert not Allowed().address(text)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.215.14", "::ffff:1.1.1.1", "2606:4700::1111"])
def test_a_public_address_is_allowed(text: str) -> None:
    assert Allowed().address(text)


def test_what_the_operator_allows_is_allowed_and_nothing_beside_it() -> None:
    allowed = Allowed(["10.0.0.0/8", "192.168.1.5", "fd00::/16", "[::1]", "feeds.internal", ""])
    assert all(map(allowed.address, ["10.9.9.9", "192.168.1.5", "fd00::7", "::1"]))
    assert not any(map(allowed.address, ["192.168.1.6", "127.0.0.1", "fd01::7", "feeds.internal"]))
    assert allowed.host("Feeds.Internal.")
    assert not allowed.host("other.internal")
    assert not allowed.host("")


def test_a_zone_does_not_hide_an_address() -> None:
    assert not Allowed().address("fe80::1%eth0")
    assert literal("[fe80::1%25eth0]") == "fe80::1"


def test_a_network_with_host_bits_is_an_error() -> None:
    with pytest.raises(ValueError, match="host bits"):
        Allowed(["10.0.0.1/8"])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "not an http or https"),
        ("ftp://example.org/a", "not an http or https"),
        ("javascript:alert(1)", "not an http or https"),
        ("http:///path", "no host"),
        ("http://user:word@example.org/", "user name"),
        ("http://example.org\\@127.0.0.1/", "backslash"),
        ("http://example.org/a b", "blank"),
        ("http://example.org/\r\nHost: x", "control"),
        ("http://example.org:99999/", "Port"),
        ("http://[::1/", "IPv6"),
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        split(url)


def test_a_message_shows_no_secret_of_an_address() -> None:
    assert shown("https://u:p@example.org/feed?token=secret#x") == "https://example.org/feed"
    assert "\n" not in shown("http://[broken\n")


@given(st.ip_addresses(v=4))
def test_an_address_inside_an_address_is_judged_alike(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    assert public(mapped) == public(address)
    assert not public(ipaddress.IPv6Address(b"\0\x64\xff\x9b" + b"\0" * 8 + address.packed))
