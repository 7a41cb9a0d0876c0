"""`briefing doctor`: what is wrong on this machine, and the command that mends it."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.cli.console import AsJson, Config, counted, new_app, print_json, print_table
from service.errors import BriefError, DeliveryError, SettingsError
from service.settings import Settings

if TYPE_CHECKING:
    from service.delivery.records import Lookup

app = new_app("What is wrong here, and the command that mends it.")


#: Ends of names that no DNS knows, by RFC 6761 and RFC 6762.
_NO_DNS = (".example", ".invalid", ".local", ".localhost", ".test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check."""

    what: str
    ok: bool
    #: What was found, or what is wrong and how to mend it.
    detail: str


@app.command()
def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Check Python, Pango, fonts, settings, topic, database, sources, web, mail and its domain."""
    findings = tuple(examine(config))
    if as_json:
        print_json([{"what": f.what, "ok": f.ok, "detail": f.detail} for f in findings])
    else:
        print_table(
            ("", "what", "found"), [("ok" if f.ok else "BAD", f.what, f.detail) for f in findings]
        )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def examine(config: Path | None) -> Iterator[Finding]:
    """Yield the finding of each check; a failed one never stops the next."""
    yield Finding(
        what="python",
        ok=(3, 11) <= sys.version_info[:2] <= (3, 13),
        detail=f"{sys.version.split()[0]} (3.11 to 3.13 will do)",
    )
    yield _try("pango", _pango)
    yield _try("fonts", _fonts)
    from service import settings

    try:
        chosen = settings.load(config)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding(what="settings", ok=False, detail=problem)
        return
    yield Finding(what="settings", ok=True, detail=counted(len(chosen.source), "source"))
    yield _try("topic", lambda: _topic(chosen))
    yield _try("database", lambda: _database(chosen))
    yield _try("output", _output)
    for source in chosen.source:
        if source.kind == "folder":
            path = chosen.path(source.path or "")
            yield Finding(what=f"source {source.name}", ok=path.is_dir(), detail=_folder(path))
    yield _exposure(chosen)
    yield from _mail(chosen)
    yield from _domain(chosen)


def _mail(chosen: Settings, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield whether mail goes out and comes back; nothing for a desk that sends none."""
    if "smtp" not in chosen.model_fields_set and not chosen.recipient:
        return
    yield _try("smtp", lambda: _smtp(chosen, environ))
    yield _try("leaving", lambda: _leaving(chosen, environ))
    yield _try("bounces", lambda: _bounces(chosen, environ))


def _smtp(chosen: Settings, environ: Mapping[str, str]) -> str:
    """Greet the mail server, secure the connection and log in; send nothing."""
    from service.delivering import setup
    from service.delivery.smtp import SmtpChannel

    channel = setup.channels(chosen, environ)["mail"]
    assert isinstance(channel, SmtpChannel)

    async def check() -> str | None:
        try:
            return await channel.check()
        finally:
            await channel.close()

    fault = asyncio.run(check())
    if fault is not None:
        raise DeliveryError(fault)
    smtp = chosen.smtp
    how = {"none": "in the open", "starttls": "STARTTLS", "tls": "TLS"}[smtp.security]
    login = f"logged in as {smtp.username}" if smtp.username else "no login"
    return f"{smtp.host}:{smtp.port}, {how}, {login}; nothing was sent"


def _leaving(chosen: Settings, environ: Mapping[str, str]) -> str:
    """Say how readers leave."""
    from service.delivering import setup
    from service.delivery.mailing import new_mark

    desk = setup.desk(chosen, environ)
    by_mail = desk.leave_mail(new_mark()).partition("?")[0] if desk.leave_mail else ""
    read = setup.mailbox_for_bounces(chosen, environ) is not None
    by_mail += "" if read else " (which nobody reads here: set [bounces], or read it yourself)"
    if chosen.web.public_url is None:
        return f"by mail only, {by_mail}: with web.public_url mails have a link for it"
    if not chosen.web.public_url.startswith("https://"):
        return f"by a page, and {by_mail}; one click needs web.public_url to begin with https://"
    return f"by one click, and {by_mail}"


def _bounces(chosen: Settings, environ: Mapping[str, str]) -> str:
    """Open the mailbox that bounces come to, and change nothing in it."""
    from service.delivering import setup

    address = chosen.bounces.address
    mailbox = setup.mailbox_for_bounces(chosen, environ)
    where = f"go to {address}" if address else "go to the sender, without a mark of the message"
    if mailbox is None and address is None:
        return f"{where}, and are not read: set [bounces] to have them counted"
    if mailbox is None:
        raise DeliveryError(f"{where}, and nobody reads them: set bounces.maildir, or bounces.host")
    with mailbox:
        place = chosen.bounces.maildir or f"{chosen.bounces.folder} at {chosen.bounces.host}"
        return f"{where}, and are read from {place}"


def _exposure(chosen: Settings) -> Finding:
    from service.archive.exposure import check_exposure

    fault = check_exposure(chosen)
    found = f"{chosen.web.listen}, {chosen.web.access or 'for this machine only'}"
    return Finding(what="web", ok=fault is None, detail=fault or found)


def _domain(chosen: Settings, ask: "Lookup | None" = None) -> Iterator[Finding]:
    """Yield what the sender's domain says of its mail in DNS; nothing for one that has no DNS.

    ask: None: through DNS.
    """
    from service.delivery import dkim, records
    from service.render.mail import headers

    selector, path = chosen.smtp.dkim_selector or "", chosen.smtp.dkim_key
    try:
        domain = headers.address(chosen.smtp.sender)[1].rpartition("@")[2]
        if "." not in domain or domain.endswith(_NO_DNS):
            return
        public = ""
        if path is not None:
            public = dkim.load(chosen.path(path), domain=domain, selector=selector).public
        judged = records.check(domain, selector=selector, public_key=public, ask=ask)
    except DeliveryError as error:
        yield Finding(what="dns", ok=True, detail=f"not checked: {error}")
        return
    except BriefError as error:
        yield Finding(what="sender", ok=False, detail=str(error))
        return
    wanted = {r.what: r for r in records.publish(domain, selector=selector, public_key=public)}
    for one in judged:
        hint = ""
        if not one.ok and one.what in wanted:
            record = wanted[one.what]
            hint = f"; a record that will do: {record.name} TXT " + " ".join(
                f'"{part}"' for part in record.strings
            )
        yield Finding(what=one.what.lower(), ok=one.ok, detail=one.detail + hint)


def _folder(path: Path) -> str:
    if path.is_dir():
        return str(path)
    if path.exists():
        return f"{path}: is a file, not a folder; set the source's path to a folder"
    return f"{path}: no such folder; mkdir -p '{path}'"


def _try(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, ok=True, detail=check())
    except BriefError as error:
        return Finding(what=what, ok=False, detail=str(error))


def _pango() -> str:
    from service.render import pdf

    return pdf.library()


def _fonts() -> str:
    from service.render import fonts

    return str(fonts.ensure().parent)


def _topic(chosen: Settings) -> str:
    from service import topic

    profile = topic.load(chosen.desk.topic, chosen.anchor)
    return f"{profile.title}: {counted(len(profile.entities), 'name')}"


def _database(chosen: Settings) -> str:
    from service.store import Store, articles

    with Store.open(chosen.store_url) as store, store.write() as db:
        return f"{chosen.store_url}: {counted(articles.count(db), 'article')}"


def _output() -> str:
    from service import files, settings

    folder = settings.default_output()
    files.check_writable(folder)
    return str(folder)
