"""Records in DNS: what to publish, and what is wrong with those found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery import records
from service.errors import DeliveryError

#: A SubjectPublicKeyInfo is as long as its key; what is in it does not matter here.
KEY_2048, KEY_1024, KEY_512 = "A" * 392, "A" * 216, "A" * 120


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 mx -all",
        "v=spf1 include:_spf.example.net ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",
        "V=SPF1 a:mail.example.org/28 -ALL",
        "v=spf1 redirect=_spf.example.net",
        "v=spf1 -all",
    ],
)
def test_a_good_spf_record_is_good(record: str) -> None:
    assert records.spf(["google-site-verification=x", record], "example.org").ok


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "has none"),
        (["v=spf10 -all", "other"], "has none"),
        (["v=spf1 -all", "v=spf1 mx -all"], "has 2"),
        (["v=spf1 mx +all"], "every server"),
        (["v=spf1 all"], "every server"),
        (["v=spf1 mx ?all"], "says nothing"),
        (["v=spf1 mx"], "says nothing"),
        (["v=spf1 ipv4:192.0.2.1 -all"], '"ipv4:192.0.2.1" is no term'),
        (["v=spf1 " + "include:a.example " * 11 + "-all"], "11 terms"),
    ],
)
def test_a_bad_spf_record_is_told_in_one_line(found: list[str], said: str) -> None:
    judged = records.spf(found, "example.org")
    assert not judged.ok
    assert said in judged.detail
    assert "example.org" in judged.detail


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([f"v=DKIM1; k=rsa; p={KEY_2048}"], "rsa key"),
        ([f"p={KEY_2048}"], "rsa key"),
        ([f"v=DKIM1; p={KEY_1024}"], "2048 bits are better"),
        (["v=DKIM1; k=ed25519; p=" + "A" * 44], "ed25519 key"),
    ],
)
def test_a_good_key_is_good(found: list[str], said: str) -> None:
    judged = records.dkim(found, "brief._domainkey.example.org")
    assert judged.ok
    assert judged.detail.startswith("brief._domainkey.example.org: ")
    assert said in judged.detail


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "has no key"),
        ([f"p={KEY_2048}", f"p={KEY_1024}"], "has 2 keys"),
        (["v=DKIM1; p="], "taken back"),
        ([f"v=DKIM2; p={KEY_2048}"], "not DKIM1"),
        (["v=DKIM1; p=***"], "not base64"),
        ([f"v=DKIM1; p={KEY_512}"], "shorter than 1024"),
        ([f"v=DKIM1; t=s:y; p={KEY_2048}"], "a test"),
    ],
)
def test_a_bad_key_is_told(found: list[str], said: str) -> None:
    judged = records.dkim(found, "brief._domainkey.example.org")
    assert not judged.ok
    assert said in judged.detail


def test_a_published_key_that_is_not_ours_is_told() -> None:
    judged = records.dkim([f"p={KEY_2048}"], "x", "B" * 392)
    assert not judged.ok
    assert "not the one that signs" in judged.detail


@pytest.mark.parametrize("policy", ["none", "quarantine", "reject"])
def test_every_policy_of_dmarc_will_do(policy: str) -> None:
    assert records.dmarc([f"v=DMARC1; p={policy}; rua=mailto:a@b.example"], "_dmarc.x").ok


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "has none"),
        (["v=DMARC1"], "(missing)"),
        (["v=DMARC1; p=maybe"], "p=maybe"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "has 2"),
        (["p=none; v=DMARC1"], "has none"),
    ],
)
def test_a_bad_policy_is_told(found: list[str], said: str) -> None:
    judged = records.dmarc(found, "_dmarc.example.org")
    assert not judged.ok
    assert said in judged.detail


def test_what_we_tell_to_publish_is_judged_good() -> None:
    made = records.publish(
        "example.org", selector="brief", public_key=KEY_2048, reports="dmarc@example.org"
    )
    zone = {record.name: (record.value,) for record in made}
    judged = records.check(
        "example.org", selector="brief", public_key=KEY_2048, ask=lambda name: zone.get(name, ())
    )
    assert [j.what for j in judged] == ["SPF", "DKIM", "DMARC"]
    assert all(j.ok for j in judged)


def test_a_long_record_is_given_in_strings_that_dns_can_hold() -> None:
    (_, key, _) = records.publish("example.org", selector="brief", public_key=KEY_2048)
    assert max(map(len, key.strings)) <= 255
    assert "".join(key.strings) == key.value


def test_without_a_key_of_ours_dkim_is_the_mail_servers_and_not_asked_for() -> None:
    assert [r.what for r in records.publish("example.org")] == ["SPF", "DMARC"]
    asked: list[str] = []

    def ask(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ()

    records.check("mail.example.org", ask=ask)
    assert asked == ["mail.example.org", "_dmarc.mail.example.org", "_dmarc.example.org"]


def test_the_policy_of_the_parent_domain_counts() -> None:
    zone = {"_dmarc.example.org": ("v=DMARC1; p=reject",), "a.example.org": ("v=spf1 -all",)}
    assert all(j.ok for j in records.check("a.example.org", ask=lambda name: zone.get(name, ())))


def test_a_silent_dns_is_an_error_and_not_a_missing_record() -> None:
    def silent(name: str) -> tuple[str, ...]:
        raise DeliveryError(f"DNS did not answer for {name}: Timeout")

    with pytest.raises(DeliveryError, match=r"example\.org"):
        records.check("example.org", ask=silent)


@given(st.lists(st.text(max_size=80), max_size=4))
def test_whatever_stands_in_dns_is_judged(found: list[str]) -> None:
    for judged in (records.spf(found, "d"), records.dkim(found, "d"), records.dmarc(found, "d")):
        assert judged.detail.isprintable()


@given(st.text(max_size=60))
def test_whatever_follows_the_mark_of_a_record_is_judged(text: str) -> None:
    assert records.spf([f"v=spf1 {text}"], "d").detail.isprintable()
    assert records.dkim([f"v=DKIM1; p={text}"], "d").detail.isprintable()
    assert records.dmarc([f"v=DMARC1; {text}"], "d").detail.isprintable()
