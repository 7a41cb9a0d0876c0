"""The mailbox that bounces come to: a Maildir on this machine, or a folder over IMAP.

Both give what was not given before, oldest first, and are told when a message is done with: then a
Maildir's is moved from new/ to cur/, and one of IMAP gets a keyword of ours (`BriefingRead`), so
that a person's mail program still shows it as new; where the server keeps no keywords, it is marked
as seen. Nothing is deleted unless the operator wants it, and then only what was for us. A message
is done with when its consequences are in the store: a crash in between gives it a second time,
which the store knows.

Blocking, for a thread of its own: imaplib has no other way. Each answer has a deadline, and so has
the whole: a server that drips is cut off. Of a message only its beginning is asked for. Rejected:
an asynchronous IMAP library for one mailbox that is asked every few minutes, and POP3, which cannot
mark a message.
"""

import contextlib
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from service.delivery.reports import MAX_BYTES
from service.errors import DeliveryError

#: Of one pass; the next one goes on.
LIMIT = 2000
#: Seconds for one answer, and for a whole pass.
_ANSWER_S, _PASS_S = 60.0, 900.0
_KEYWORD = "BriefingRead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message that came."""

    key: str
    #: When it came, as the mailbox says; None: it does not say.
    arrived: datetime | None
    #: Its beginning: `MAX_BYTES` at most.
    data: bytes


class Mailbox(Protocol):
    """Where reports come to; a context manager. Raises DeliveryError for what it cannot reach."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def items(self) -> Iterator[Item]:
        """Yield what was not done with before, oldest first."""
        ...

    def done(self, item: Item, *, ours: bool) -> None:
        """Do not give it again. ours: it was for us, and may be removed."""
        ...


class Maildir:
    """A Maildir, as Postfix or Dovecot fills one."""

    def __init__(self, path: Path, *, remove: bool = False) -> None:
        self._path, self._remove = path, remove

    def __enter__(self) -> Self:
        for name in ("new", "cur"):
            if not (self._path / name).is_dir():
                raise DeliveryError(
                    f"{self._path}: is no Maildir, it has no folder {name}: set bounces.maildir to "
                    "the mailbox's own folder"
                )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def items(self) -> Iterator[Item]:
        """Yield the messages in new/, oldest first."""
        try:
            found = sorted(p for p in (self._path / "new").iterdir() if p.name[0] != ".")[:LIMIT]
            for path in found:
                # A link may lead anywhere; who delivers mail makes none.
                if path.is_symlink() or not path.is_file():
                    continue
                with path.open("rb") as file:
                    data = file.read(MAX_BYTES)
                arrived = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Item(key=path.name, arrived=arrived, data=data)
        except OSError as error:
            raise self._unreadable(error) from error

    def done(self, item: Item, *, ours: bool) -> None:
        """Move a message to cur/, or remove it."""
        path = self._path / "new" / item.key
        try:
            if ours and self._remove:
                path.unlink(missing_ok=True)
                return
            # Seen, if a program read it; what is for a person stays unseen.
            name = item.key if ":2," in item.key else f"{item.key}:2,{'S' if ours else ''}"
            with contextlib.suppress(FileNotFoundError):
                path.rename(self._path / "cur" / name)
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> DeliveryError:
        return DeliveryError(
            f"{error.filename or self._path}: {error.strerror}: the mailbox for bounces must be "
            "readable and writable for the service"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox over IMAP, and how to get at it."""

    host: str
    username: str
    password: str = field(repr=False)
    security: Literal["none", "starttls", "tls"] = "tls"
    #: None: 993 for TLS, 143 otherwise.
    port: int | None = None
    folder: str = "INBOX"
    remove: bool = False
    #: Whom to believe; None: the system's authorities.
    ca_file: Path | None = None
    answer_s: float = _ANSWER_S
    pass_s: float = _PASS_S

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port or (993 if self.security == 'tls' else 143)}"


class Imap:
    """A folder over IMAP."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: imaplib.IMAP4 | None = None
        self._watch: threading.Timer | None = None
        self._late = self._uidplus = False
        self._flag, self._asked = f"+FLAGS ({_KEYWORD})", f"UNKEYWORD {_KEYWORD}"

    def __enter__(self) -> Self:
        with self._told("connect"):
            self._client = self._connected()
            self._watch = threading.Timer(self._account.pass_s, self._cut)
            self._watch.daemon = True
            self._watch.start()
        try:
            with self._told("log in"):
                self._login(self._client)
                # Many a server says only now what it can do, and the library asked before.
                able = b" ".join(self._good(self._client.capability()))
                self._uidplus = b"UIDPLUS" in able.upper().split()
            with self._told(f"open the folder {self._account.folder}"):
                self._good(self._client.select(f'"{self._account.folder}"'))
                kept = b" ".join(
                    part for part in self._client.response("PERMANENTFLAGS")[1] if part
                )
                if b"\\*" not in kept and _KEYWORD.encode() not in kept:
                    self._flag, self._asked = "+FLAGS (\\Seen)", "UNSEEN"
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def items(self) -> Iterator[Item]:
        """Yield the messages that were not done with before, oldest first."""
        client = self._open()
        with self._told("search"):
            (found,) = self._good(client.uid("SEARCH", self._asked))[:1]
        # None: the server answered without a list, which is an empty one.
        for uid in (found or b"").split()[:LIMIT]:
            key = uid.decode("ascii", "replace")
            with self._told("fetch"):
                query = f"(INTERNALDATE BODY.PEEK[]<0.{MAX_BYTES}>)"
                answer = self._good(client.uid("FETCH", key, query))
            item = _item(key, answer)
            if item is not None:
                yield item

    def done(self, item: Item, *, ours: bool) -> None:
        """Mark a message, or remove it."""
        client = self._open()
        with self._told("mark"):
            if ours and self._account.remove:
                self._good(client.uid("STORE", item.key, "+FLAGS (\\Deleted)"))
                # Without it others' messages would go with ours.
                if self._uidplus:
                    self._good(client.uid("EXPUNGE", item.key))
                    return
            self._good(client.uid("STORE", item.key, self._flag))

    def _connected(self) -> imaplib.IMAP4:
        given = self._account
        context = ssl.create_default_context(
            cafile=str(given.ca_file) if given.ca_file is not None else None
        )
        port = int(given.where.rpartition(":")[2])
        if given.security == "tls":
            return imaplib.IMAP4_SSL(given.host, port, ssl_context=context, timeout=given.answer_s)
        client = imaplib.IMAP4(given.host, port, timeout=given.answer_s)
        if given.security == "starttls":
            try:
                client.starttls(context)
            except BaseException:
                with contextlib.suppress(OSError):
                    client.shutdown()
                raise
        return client

    def _login(self, client: imaplib.IMAP4) -> None:
        given = self._account
        if given.username.isascii() and given.password.isascii():
            client.login(given.username, given.password)
        else:
            # LOGIN has no way to write other letters.
            words = f"\0{given.username}\0{given.password}".encode()
            client.authenticate("PLAIN", lambda _: words)

    def _open(self) -> imaplib.IMAP4:
        if self._client is None:
            raise ValueError("a mailbox that was not entered")
        return self._client

    def _good(self, answer: "tuple[str, list[Any]]") -> "list[Any]":
        kind, data = answer
        if kind != "OK":
            said = b" ".join(part for part in data if isinstance(part, bytes))
            raise imaplib.IMAP4.error(said.decode("utf-8", "replace") or kind)
        return data

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turn what goes wrong into one line."""
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as error:
            said = error.args[0] if error.args else ""
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
            words = " ".join(words.split())[:200]
            if self._late:
                words = f"not done within {self._account.pass_s:g} s"
            raise DeliveryError(
                f"{self._account.where}: cannot {what} at the mailbox for bounces: {words}; see "
                "[bounces] in the settings"
            ) from error

    def _cut(self) -> None:
        self._late = True
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.socket().shutdown(socket.SHUT_RDWR)

    def _leave(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                client.logout()
            with contextlib.suppress(OSError):
                client.shutdown()


def _item(key: str, answer: "list[Any]") -> Item | None:
    """Return the message of an answer to FETCH; None: it is gone."""
    for part in answer:
        if not isinstance(part, tuple):
            continue
        head, data = part[0], part[1]
        found = re.search(rb'INTERNALDATE ("[^"]+")', head)
        at = imaplib.Internaldate2tuple(b"INTERNALDATE " + found[1]) if found else None
        # In the time of this machine, as the library gives it.
        moment = datetime(*at[:6]).astimezone(UTC) if at else None
        return Item(key=key, arrived=moment, data=data)
    return None
