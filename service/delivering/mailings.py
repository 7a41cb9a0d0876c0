"""What the readers of an issue get, made before the issue is written.

Problem: drawing charts, encoding files and filling in templates takes up to seconds, and the rows
of the readers are written in the issue's own transaction, for which a sending ledger waits. Choice:
all that takes time is done first; what is not known yet, the issue's id in its address, is a mark
that is filled in later, the way a reader's token is (`service.delivery.mailing`). Who joins in the
meantime and wants what nobody else does has it made within the transaction: without charts a
matter of milliseconds, and rare. Rejected: to reserve the id, which SQLite cannot, and to write the
rows after the issue, which a crash would leave without readers.

A desk's own templates hold for mails as for files; where one fails, the mail is that of the shipped
templates, and the operator is told (`problems`).
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from service.brief import codec
from service.delivering.letters import Desk
from service.delivery import mailing, parcel
from service.delivery.mailing import NOBODY, Personal
from service.errors import RenderError, StoreError
from service.model import Artifact, Brief
from service.render import pictures, render
from service.store import Store, files, issues
from service.store.recipients import Wanted

if TYPE_CHECKING:
    from service.render.charts import Chart
    from service.render.custom import Templates
    from service.render.mail import Letter
    from service.render.worker import Press

log = logging.getLogger(__name__)

#: Makes what is stored of the issue's id.
_Frozen = Callable[[int], bytes]


def key(reader: Wanted, language: str) -> str:
    """Return what names the mailing that a reader gets; those with the same name get the same."""
    if reader.channel == "mail":
        words = ("mail", reader.format, reader.language or language, *reader.attach)
    else:
        words = ("parcel", reader.language or language, *reader.attach)
    return " ".join(words)


class Mailings:
    """The mails and parcels of one issue, each made once for all who get the same."""

    def __init__(
        self,
        brief: Brief,
        files: Iterable[Artifact],
        desk: Desk,
        *,
        edition: str,
        templates: Path | None = None,
        press: "Press | None" = None,
        charts: "Callable[[Brief], Sequence[Chart]] | None" = None,
    ) -> None:
        """edition: that of the subscriptions, or `deliveries.BY_HAND`.

        templates: the folder of the desk's own. press: the process that draws, and fills those in;
        None: this one, and one for each call. charts: draws those of the mails that show them;
        None: as the issue's own mail has them.
        """
        self.brief, self.desk, self.edition = brief, desk, edition
        self._press, self._templates = press, templates
        self._draw = charts or (lambda told: pictures(told, press))
        self._files = {file.format: file for file in files}
        self._charts: dict[str, Sequence[Chart]] = {}
        self._made: dict[str, _Frozen] = {}
        self._own: Templates | None = None
        self._loaded = False
        #: What was not made with the desk's own templates, and why; for the operator.
        self.problems: tuple[str, ...] = ()

    def prepare(self, readers: Iterable[Wanted]) -> None:
        """Make what these get. Raises RenderError for a mail that cannot be made."""
        for reader in readers:
            self._of(reader)

    def name(self, reader: Wanted) -> str:
        """Return what names this reader's mailing."""
        return key(reader, self.brief.language)

    def content(self, reader: Wanted, issue: int) -> bytes:
        """Return what this reader and all with the same name get. Raises RenderError."""
        return self._of(reader)(issue)

    def _of(self, reader: Wanted) -> _Frozen:
        name = self.name(reader)
        if name not in self._made:
            self._made[name] = (self._mail if reader.channel == "mail" else self._parcel)(reader)
        return self._made[name]

    def _parcel(self, reader: Wanted) -> _Frozen:
        told, own = self._told(reader), self._templates_()
        try:
            (text,) = render(told, ["txt"], press=self._press, own=own)
        except RenderError as error:
            if own is None:
                raise
            self._failed(error)
            (text,) = render(told, ["txt"])
        place = mailing.new_mark()
        url = self.desk.web_url(place) if self.desk.web_url else None
        made = parcel.pack(told, self._attached(reader), text=text.data.decode("utf-8"), url=url)
        mark = place.encode("ascii")
        return lambda issue: made.replace(mark, str(issue).encode("ascii"))

    def _mail(self, reader: Wanted) -> _Frozen:
        from service.render import mail

        desk, mark, place = self.desk, mailing.new_mark(), mailing.new_mark()
        letter = mail.Letter(
            sender=desk.sender,
            to=NOBODY,
            kind=reader.format,
            attachments=self._attached(reader),
            list_id=mail.list_id(self.edition.partition("@")[0], desk.domain),
            unsubscribe_url=desk.leave_url(mark) if desk.leave_url else None,
            unsubscribe_mailto=desk.leave_mail(mark) if desk.leave_mail else None,
            web_url=desk.web_url(place) if desk.web_url else None,
            language=reader.language or self.brief.language,
            max_attached_bytes=desk.max_attached_bytes or mail.MAX_ATTACHED_BYTES,
        )
        made = self._message(letter, self._shown() if reader.format == "full" else ())
        if desk.web_url is None:
            whole = mailing.freeze(made, mark)
            return lambda issue: whole
        parts = mailing.Mail(mailing.freeze(made, place))

        def filled(issue: int) -> bytes:
            number = Personal(headers={}, token=str(issue))
            return mailing.freeze(parts.head(number) + parts.body(number.token), mark)

        return filled

    def _message(self, letter: "Letter", charts: "Sequence[Chart]") -> bytes:
        """Return the mail, with the desk's own templates where they can be filled in."""
        from service.render import mail
        from service.render.worker import Press

        own = self._templates_()
        if own is None:
            return mail.message(self.brief, letter, charts=charts)
        work = (self.brief, letter, tuple(charts), own)
        try:
            if self._press is not None:
                made: bytes = self._press.run(_laid_over, *work, format_="eml")
            else:
                with Press() as press:
                    made = press.run(_laid_over, *work, format_="eml")
        except RenderError as error:
            self._failed(error)
            return mail.message(self.brief, letter, charts=charts)
        return made

    def _shown(self) -> "Sequence[Chart]":
        if "png" not in self._charts:
            self._charts["png"] = self._draw(self.brief)
        return self._charts["png"]

    def _attached(self, reader: Wanted) -> tuple[Artifact, ...]:
        """Return the files for a reader; what the issue lacks is made, but for what failed."""
        for name in sorted({*reader.attach} - self._files.keys() - {"pdf", "eml"}):
            (self._files[name],) = render(self.brief, [name])
        return tuple(self._files[name] for name in reader.attach if name in self._files)

    def _told(self, reader: Wanted) -> Brief:
        return replace(self.brief, language=reader.language or self.brief.language)

    def _templates_(self) -> "Templates | None":
        """Return the desk's own templates, read once."""
        if not self._loaded and self._templates is not None:
            from service.render import custom

            try:
                self._own = custom.load(self._templates)
            except RenderError as error:
                self._failed(error)
        self._loaded = True
        return self._own

    def _failed(self, error: RenderError) -> None:
        log.warning("mail not made with own templates edition=%s", self.edition)
        words = f"mails of {self.edition} have the shipped templates: {error}"
        if words not in self.problems:
            self.problems += (words,)


def of_issue(
    store: Store,
    issue: int,
    desk: Desk,
    *,
    edition: str,
    templates: Path | None = None,
    press: "Press | None" = None,
    charts: "Callable[[Brief], Sequence[Chart]] | None" = None,
) -> Mailings:
    """Return the mailings of an issue that is in the store. Raises StoreError for a failed one."""
    with store.read() as db:
        stored = issues.get(db, issue)
    if stored.brief is None:
        raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
    return Mailings(
        codec.loads(stored.brief),
        [Artifact(format=row.format, data=row.data) for row in files.artifacts(store, issue)],
        desk,
        edition=edition,
        templates=templates,
        press=press,
        charts=charts,
    )


def _laid_over(
    brief: Brief, letter: "Letter", charts: "Sequence[Chart]", own: "Templates"
) -> bytes:
    """Make a mail with a desk's own templates; runs in the process that can be killed."""
    from service.render import mail
    from service.render.environment import laid_over

    with laid_over(own):
        return mail.message(brief, letter, charts=charts)
