"""The operator's mail: what wants a person, each cause once a day at most, and what to do.

Concerns of the store become notices, so that the list of them tells a day's whole story; what was
not mailed yet goes out in one message. When the mail server is what is at fault there is no mail of
it, and no notice of that either, which would be mailed in its turn: a beat says it, which `briefing
status` and `/readyz` show, and it is tried again, each time after twice the pause.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from service.delivery.base import Channel, Envelope, Outcome
from service.errors import BriefError
from service.render.mail import headers
from service.render.mail.note import note
from service.settings import Settings
from service.standing import MAIL, standing
from service.store import Store, beats, notices
from service.store.notices import Notice

log = logging.getLogger(__name__)

#: The same cause is mailed again after this at the earliest.
_AGAIN = timedelta(hours=24)
#: Between two mails: what comes together goes out together.
_GATHERED = timedelta(minutes=10)
#: After a mail that was not taken, and at most.
_FIRST, _LONGEST = timedelta(minutes=5), timedelta(hours=4)
#: Causes in one mail; the rest is counted.
_MOST = 50


class OperatorMail:
    """Tells the operator."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        channel: Callable[[], Channel],
    ) -> None:
        """channel: opens the way out for one message."""
        self._store, self._settings = store, settings
        self._clock, self._channel = clock, channel
        self._failures = 0
        self._not_before: datetime | None = None

    async def step(self) -> None:
        """Note what wants the operator, and mail what was not mailed yet."""
        due = await asyncio.to_thread(self._due)
        if not due or self._settings.operator.address is None:
            return
        try:
            outcome = await self._sent(due)
        except BriefError as error:
            outcome = Outcome(result="failed", cause="message", text=str(error))
        await asyncio.to_thread(self._record, due, outcome)

    def _due(self) -> tuple[Notice, ...]:
        """Return what is to be mailed now."""
        now = self._clock()
        found = standing(self._store, self._settings, now=now)
        with self._store.write() as db:
            today = {one.cause for one in notices.listing(db, since=now - _AGAIN)}
            for concern in found.concerns:
                # That the clock stands is for others to see, since this is called by it.
                if concern.cause not in today | {"tick", MAIL}:
                    notices.tell(db, concern.cause, concern.text, now=now)
            past = notices.listing(db, since=now - 2 * _AGAIN)
            waiting = notices.unmailed(db, now=now)
        # The latest first, so that the last time that a cause was mailed is what stays.
        mailed = {one.cause: one.mailed for one in reversed(past) if one.mailed is not None}
        last = max(mailed.values(), default=None)
        if last is not None and now - last < _GATHERED:
            return ()
        if self._not_before is not None and now < self._not_before:
            return ()
        return tuple(
            one for one in waiting if one.cause not in mailed or now - mailed[one.cause] >= _AGAIN
        )

    async def _sent(self, due: Sequence[Notice]) -> Outcome:
        settings, to = self._settings, self._settings.operator.address or ""
        _, sender = headers.address(settings.smtp.sender)
        message = note(
            sender=settings.smtp.sender,
            name=settings.desk.title,
            to=to,
            subject=_subject(due, settings.desk.title),
            text=_text(due),
            at=self._clock(),
        )
        channel = self._channel()
        try:
            envelope = Envelope(to=to, sender=sender, name="operator.eml", message=message)
            return await channel.send(envelope, _always)
        finally:
            await channel.close()

    def _record(self, due: Sequence[Notice], outcome: Outcome) -> None:
        now = self._clock()
        # One that may have been taken over counts: a second one tells nothing new.
        well = outcome.result in ("sent", "doubt")
        with self._store.write() as db:
            for one in due if well else ():
                notices.mailed(db, one, at=now)
            text = f"{outcome.code or ''} {outcome.text}".strip() or outcome.result
            beats.beat(db, MAIL, at=now, note=None if well else text)
        log.info(
            "operator told causes=%d result=%s code=%s", len(due), outcome.result, outcome.code
        )
        if well:
            self._failures, self._not_before = 0, None
        else:
            self._not_before = now + min(_FIRST * 2 ** min(self._failures, 10), _LONGEST)
            self._failures += 1


async def _always() -> bool:
    return True


def _subject(due: Sequence[Notice], title: str) -> str:
    first = due[0].cause
    more = f" and {len(due) - 1} more" if len(due) > 1 else ""
    return f"{title}: {first}{more}"


def _text(due: Sequence[Notice]) -> str:
    """Return the body: each cause with what to do, and since when."""
    lines = ["This wants you:", ""]
    for one in due[:_MOST]:
        times = f", {one.count} times" if one.count > 1 else ""
        lines += [f"* {one.cause} (since {one.first:%Y-%m-%d %H:%M} UTC{times})"]
        lines += [f"  {one.text}", ""]
    if len(due) > _MOST:
        lines += [f"… and {len(due) - _MOST} more.", ""]
    lines += ["`briefing status` shows how everything stands now."]
    return "\n".join(lines) + "\n"
