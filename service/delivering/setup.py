"""Delivery as the settings want it: recipients, links, and the ways out."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from service import wholeness
from service.delivering.letters import Desk
from service.delivery.base import Channel
from service.errors import LinkError, SettingsError
from service.model.mailbox import mailbox
from service.settings import Settings
from service.store.deliveries import BY_HAND
from service.store.recipients import Format, Given, Wanted
from service.values import length

if TYPE_CHECKING:
    from service.delivery.mailbox import Mailbox
    from service.delivery.tokens import Ticket
    from service.settings import EditionSettings

#: After so long an issue is worth nothing to who has not got it, where the settings do not say.
_LASTS = {"day": timedelta(hours=24), "week": timedelta(days=3), "month": timedelta(days=7)}
_DAY = timedelta(hours=24)
#: A token without a signature: a reader's random id, and an edition.
_BARE = re.compile(r"([0-9a-f]{32})\.([a-z0-9][a-z0-9-]{0,39})")


def wanted(settings: Settings) -> tuple[Wanted, ...]:
    """Return the recipients of the settings, each as the store keeps it."""
    by_name = {edition.name: edition for edition in settings.edition}
    given = groups(settings)
    made = []
    for one in settings.recipient:
        editions = [*one.editions, *(e for group in one.groups for e in given.get(group, ()))]
        own = [by_name[name].mail for name in editions if name in by_name]
        made.append(
            Wanted(
                address=wholeness.destination(one.channel, one.address, utf8=settings.smtp.utf8),
                channel=one.channel,
                name=one.name,
                editions=one.editions,
                groups=one.groups,
                format=one.format or _first(own) or settings.desk.mail,
                attach=one.attach,
                language=one.language,
                timezone=one.timezone,
            )
        )
    return tuple(made)


def _first(kinds: Sequence[Format | None]) -> Format | None:
    return next((kind for kind in kinds if kind is not None), None)


def groups(settings: Settings) -> Given:
    """Return the editions that the members of each group get."""
    made: dict[str, list[str]] = {}
    for edition in settings.edition:
        for group in edition.groups:
            made.setdefault(group, []).append(edition.name)
    return made


def expires(settings: Settings, edition: str, now: datetime) -> datetime:
    """Return when an issue of an edition that is published now is worth nothing any more."""
    own = settings.own(edition)
    return now + (_DAY if own is None or own.name == BY_HAND else _lasts(own))


def _lasts(edition: "EditionSettings") -> timedelta:
    if edition.expires is None:
        return _LASTS.get(edition.every or "", _DAY)
    return length(edition.expires)


def desk(settings: Settings, environ: Mapping[str, str] = os.environ) -> Desk:
    """Return what every message has in common.

    Raises SettingsError for a sender that no mail server takes, and for an archive without keys to
    sign the links to it.
    """
    sender = settings.smtp.sender
    found = re.fullmatch(r"[^<>]*<([^<>]*)>|([^<>]*)", sender)
    try:
        address = mailbox((found[1] or found[2] or "") if found else "")
    except ValueError as fault:
        raise SettingsError((f"smtp.sender: {fault}",)) from None
    public = (settings.web.public_url or "").rstrip("/")
    leave = settings.delivery.leave or address
    return Desk(
        sender=sender,
        token=_token(settings, environ) if public else _bare,
        leave_url=(lambda token: f"{public}/leave/{token}") if public else None,
        leave_mail=lambda token: f"mailto:{quote(leave, safe='@+')}?subject=leave%20{token}",
        web_url=(lambda issue: f"{public}/issues/{issue}") if public else None,
        bounces=_bounces(settings),
        utf8=settings.smtp.utf8,
        max_attached_bytes=settings.smtp.max_attached_mb * 1_000_000,
        sign=_signer(settings, address),
    )


def _signer(settings: Settings, address: str) -> Callable[[bytes, datetime], bytes] | None:
    """Return what signs a mail, where the settings name a key. Raises SettingsError."""
    if settings.smtp.dkim_key is None or settings.smtp.dkim_selector is None:
        return None
    from service.delivery import dkim

    path = settings.path(settings.smtp.dkim_key)
    domain = address.rpartition("@")[2]
    key = dkim.load(path, domain=domain, selector=settings.smtp.dkim_selector)
    return lambda message, at: dkim.sign(message, key, at=at)


def _bounces(settings: Settings) -> str | None:
    """Return where bounces go. Raises SettingsError for an address with no room for a mark."""
    from service.delivery.verp import LONGEST_LOCAL

    address = settings.bounces.address
    if address is not None and len(address.rpartition("@")[0]) > LONGEST_LOCAL:
        raise SettingsError(
            (f"bounces.address: {address}: has more than {LONGEST_LOCAL} characters before the @",)
        )
    return address


def mailbox_for_bounces(
    settings: Settings, environ: Mapping[str, str] = os.environ
) -> "Mailbox | None":
    """Return the mailbox that bounces are read from; None where the settings name none.

    Raises SettingsError where a password is missing.
    """
    from service.delivery.mailbox import Account, Imap, Maildir

    given = settings.bounces
    if given.maildir is not None:
        return Maildir(settings.path(given.maildir), remove=given.remove)
    if given.host is None or given.username is None:
        return None
    password = environ.get(given.password_env)
    if not password:
        raise SettingsError(
            (f"bounces.host is set, but the variable {given.password_env} holds no password",)
        )
    return Imap(
        Account(
            host=given.host,
            port=given.port,
            security=given.security,
            username=given.username,
            password=password,
            folder=given.folder,
            remove=given.remove,
            ca_file=settings.path(given.ca_file) if given.ca_file else None,
        )
    )


def ticket(
    settings: Settings, environ: Mapping[str, str] = os.environ
) -> Callable[[str], "Ticket | None"]:
    """Return what reads a token by which a reader leaves; None: it is not ours.

    Both kinds are read, whichever is written now: a reader may leave by any mail.
    """
    from service.delivery.tokens import Ticket, Tokens

    keys = _keys(settings, environ)
    tokens = Tokens(keys) if keys else None

    def read(token: str) -> Ticket | None:
        bare = _BARE.fullmatch(token)
        if bare is not None:
            return Ticket(reader=bare[1], edition=bare[2], purpose="leave")
        try:
            return tokens.read(token, "leave") if tokens is not None else None
        except LinkError:
            return None

    return read


def _bare(reader: str, edition: str) -> str:
    """Return a token without a signature, for a mail: the reader's id, which nobody can guess."""
    return f"{reader}.{edition}"


def _token(settings: Settings, environ: Mapping[str, str]) -> Callable[[str, str], str]:
    from service.delivery.tokens import Ticket, Tokens

    variable = settings.delivery.link_keys_env
    keys = _keys(settings, environ)
    if not keys:
        raise SettingsError(
            (
                f"web.public_url is set, but the variable {variable} holds no key to sign the "
                "links of readers: set it to 32 or more random characters, as `openssl rand -hex "
                "32` prints",
            )
        )
    tokens = Tokens(keys)
    return lambda reader, edition: tokens.make(
        Ticket(reader=reader, edition=edition, purpose="leave")
    )


def _keys(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    given = environ.get(settings.delivery.link_keys_env, "").split(",")
    return tuple(key for part in given if (key := part.strip()))


def channels(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, Channel]:
    """Return the ways out. Raises SettingsError where a password is asked for and missing."""
    from service.delivery.dialling import authorities
    from service.delivery.folder import FolderChannel
    from service.delivery.smtp import Server, SmtpChannel

    smtp = settings.smtp
    password = environ.get(smtp.password_env)
    if smtp.username and not password:
        raise SettingsError(
            (f"smtp.username is set, but the variable {smtp.password_env} holds no password",)
        )
    server = Server(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=password if smtp.username else None,
        connections=smtp.connections,
        per_connection=smtp.per_connection,
        per_second=smtp.per_second,
        name=smtp.hello,
        trust=authorities(settings.path(smtp.ca_file)) if smtp.ca_file else None,
    )
    made: dict[str, Channel] = {"mail": SmtpChannel(server), "folder": FolderChannel()}
    secret = environ.get(settings.delivery.webhook_secret_env)
    if secret:
        from service.delivery.webhook import WebhookChannel

        made["webhook"] = WebhookChannel(secret)
    elif any(one.channel == "webhook" for one in settings.recipient):
        raise SettingsError(
            (
                f"there is a webhook, but the variable {settings.delivery.webhook_secret_env} "
                "holds no secret to sign what it is sent: set it to what `openssl rand -hex 32` "
                "prints",
            )
        )
    return made
