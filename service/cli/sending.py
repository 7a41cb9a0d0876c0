"""What `briefing now --send` adds: to whom, the rows, the sending, and what came of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from service import wholeness
from service.cli.console import counted, say
from service.delivering import setup
from service.delivering.enqueue import enqueue
from service.delivering.mailings import Mailings
from service.delivering.preview import preview
from service.errors import BriefError, StoreError, UsageError
from service.model import Artifact, Brief
from service.store import deliveries, recipients
from service.store.deliveries import BY_HAND
from service.store.recipients import Recipient, Wanted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.app import App
    from service.delivering.letters import Letter


class Sending:
    """One issue's way to an edition's readers, or to one."""

    def __init__(self, app: "App", edition: str, to: str | None) -> None:
        """Raises a BriefError for what would be wrong after the issue is made."""
        self._app, self._to = app, to
        self._mailings: Mailings | None = None
        #: What `dry` has made, by the name of its file.
        self.letters: dict[str, bytes] = {}
        self._edition = edition if to is None else BY_HAND
        self._desk = setup.desk(app.settings)
        if to is not None:
            try:
                utf8 = app.settings.smtp.utf8
                self._to = wholeness.destination("mail", to, utf8=utf8)
            except ValueError as fault:
                raise UsageError(f"--to: {fault}") from None
        elif edition == BY_HAND:
            raise UsageError(
                "--send needs to know to whom: name an --edition that has recipients, or --to "
                "ADDRESS"
            )
        with app.store.write() as db:
            now = app.now
            recipients.sync(db, setup.wanted(app.settings), setup.groups(app.settings), now=now)
            if to is None:
                self._some(db)

    def formats(self) -> tuple[str, ...]:
        """Return the formats that are attached to some mail."""
        with self._app.store.read() as db:
            if self._to is None:
                return recipients.formats(db, self._edition)
            known = _known(db, self._to)
        return known.attach if known else Wanted(address=self._to).attach

    def ready(self, brief: Brief, files: Sequence[Artifact]) -> None:
        """Make what the readers get, before the issue's transaction."""
        app = self._app
        self._mailings = Mailings(
            brief,
            files,
            self._desk,
            edition=self._edition,
            templates=app.settings.templates(brief.edition),
            press=app.press,
        )
        self._mailings.prepare(self._kinds())

    def also(self, db: "Connection", issue: int) -> None:
        """Write the rows of the issue, in its transaction."""
        now = self._app.now
        expires = setup.expires(self._app.settings, self._edition, now)
        enqueue(db, issue, self._some(db), self._made(), now=now, expires=expires)

    async def send(self, issue: int) -> bool:
        """Send what is due of the issue; tell what came of it; return whether all were sent."""
        courier = self._app.courier(only=issue)
        await courier.run()
        await courier.close()
        with self._app.store.read() as db:
            rows = deliveries.listing(db, of=issue)
        late = [row for row in rows if row.state != "sent"]
        say(f"sent to {len(rows) - len(late)} of {counted(len(rows), 'recipient')}")
        for row in late:
            say(f"{row.address}: {row.state}" + (f": {row.reply}" if row.reply else ""))
        return not late

    def dry(self, db: "Connection", issue: int) -> None:
        """Make the bytes that would be sent, in the transaction of a trial."""

        def take(message_id: str, letter: "Letter") -> None:
            name = f"{message_id[1:].partition('@')[0]}.eml"
            self.letters[name] = letter.envelope.message

        preview(db, issue, self._some(db), self._made(), take, now=self._app.now)

    def _made(self) -> Mailings:
        assert self._mailings is not None, "`ready` comes first"
        return self._mailings

    def _kinds(self) -> Sequence[Wanted]:
        """Return who gets the issue, as far as what they get goes."""
        with self._app.store.read() as db:
            if self._to is None:
                return recipients.readers(db, self._edition, every_zone=True)
            known = _known(db, self._to)
        return (known if known and known.listed else _new(self._to, self._app),)

    def _some(self, db: "Connection") -> Sequence[Recipient]:
        """Return who gets the issue: someone, or it is an error."""
        if self._to is not None:
            return (_reader(db, self._to, self._app),)
        found = recipients.readers(db, self._edition, every_zone=True)
        if not found:
            raise BriefError(
                f'nobody gets the edition "{self._edition}": `briefing recipients add ADDRESS '
                f"--edition {self._edition}` adds a reader"
            )
        return found


def _known(db: "Connection", address: str) -> Recipient | None:
    try:
        return recipients.find(db, address, "mail")
    except StoreError:
        return None


def _reader(db: "Connection", address: str, app: "App") -> Recipient:
    known = _known(db, address)
    if known is not None and known.suppressed:
        raise BriefError(
            f"nothing is sent to {address} ({known.suppressed}): "
            f"`briefing recipients unsuppress {address}` allows it again"
        )
    if known is not None and known.listed:
        return known
    (ident,) = recipients.add(db, [_new(address, app)], {}, now=app.now)
    return recipients.get(db, ident)


def _new(address: str, app: "App") -> Wanted:
    return Wanted(address=address, format=app.settings.desk.mail)
