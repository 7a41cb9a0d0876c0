"""What `briefing doctor` says of the sender's domain; DNS is answered from here."""

from pathlib import Path

import pytest

from service import settings
from service.cli import doctor
from service.errors import DeliveryError, SettingsError
from service.settings import Settings
from tests.delivery import keys


def chosen(home: Path, sender: str = "brief@example.org", **smtp: str) -> Settings:
    return settings.check({"smtp": {"sender": sender, **smtp}}, home=home)


def nothing(name: str) -> tuple[str, ...]:
    return ()


def silent(name: str) -> tuple[str, ...]:
    raise DeliveryError(f"DNS did not answer for {name}: Timeout")


@pytest.mark.parametrize("sender", ["brief@localhost", "Brief <b@desk.local>", "b@x.invalid"])
def test_a_domain_that_no_dns_knows_is_not_asked_for(tmp_path: Path, sender: str) -> None:
    assert list(doctor._domain(chosen(tmp_path, sender), nothing)) == []


def test_what_is_missing_is_said_with_a_record_that_will_do(tmp_path: Path) -> None:
    spf, dmarc = doctor._domain(chosen(tmp_path), nothing)
    assert (spf.what, spf.ok) == ("spf", False)
    assert spf.detail.endswith('a record that will do: example.org TXT "v=spf1 mx ~all"')
    assert dmarc.detail.endswith('_dmarc.example.org TXT "v=DMARC1; p=none"')


def test_records_that_are_there_are_ok(tmp_path: Path) -> None:
    zone = {"example.org": ("v=spf1 -all",), "_dmarc.example.org": ("v=DMARC1; p=reject",)}
    found = tuple(doctor._domain(chosen(tmp_path), lambda name: zone.get(name, ())))
    assert [(f.what, f.ok) for f in found] == [("spf", True), ("dmarc", True)]


def test_a_silent_dns_is_no_fault_of_this_machine_and_is_said(tmp_path: Path) -> None:
    (found,) = doctor._domain(chosen(tmp_path), silent)
    assert found.ok
    assert found.detail == "not checked: DNS did not answer for example.org: Timeout"


def test_a_key_that_signs_is_printed_as_a_record_and_one_that_is_gone_is_a_fault(
    tmp_path: Path,
) -> None:
    pytest.importorskip("dkim", reason="the extra dkim is not installed")
    own = chosen(tmp_path, dkim_selector="brief", dkim_key="dkim.pem")
    (missing,) = doctor._domain(own, nothing)
    assert not missing.ok
    assert "openssl genrsa" in missing.detail
    (tmp_path / "dkim.pem").write_bytes(keys.pem())
    _, dkim, _ = doctor._domain(own, nothing)
    assert "brief._domainkey.example.org TXT" in dkim.detail
    assert "v=DKIM1; k=rsa; p=" in dkim.detail


def test_a_selector_without_a_key_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="dkim_selector needs dkim_key"):
        chosen(tmp_path, dkim_selector="brief")
