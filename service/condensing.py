"""The step `condense`: articles are worked out as they come, and not when an issue is due.

Problem: whether an article is about the topic, whom it names and which words and figures stories
are compared by follows from its text and the profile alone, and is half of what an issue costs in
CPU before its pages are set. It is asked for by every edition again, all at once, at the minute
when the readers wait; and one machine does it, while the others that collected them are idle.

Choice: each article is worked out once after it was collected, in batches that any worker takes,
and kept as one row (`store.condensed`) under a hash of the profile and of every program that it
depends on. An issue takes what is there, and works out what is not: the issue is the same, byte for
byte, with all rows, with none, and with rows of another version, which it does not see. So the
step may fail, be late or be left out, and is the least urgent of all; a batch that two workers do
is written once. A title decides, too, and an edition that does not read every source may see
another one: the row has the hash of its title, and counts for that title alone.

What is still to be done is asked of the database in one query over what was collected lately: all
that the next issues reach back to at the start, and once that is done, the last hour. The work is
spread by the first digit of the revision's id, a digit a worker at a time; a few articles are one
piece of work. Rows go when no next issue reaches back to them.

It runs in a thread: a batch of 200 takes 0.1 to 0.25 s of CPU, in which this process answers half a
millisecond later than else (a hundredth of the time 15 ms), and a thread works out a thousand
articles a second, which is more than the same machine reads. Measured by `benchmarks/condense.py`:
at 10,000 articles an issue takes 3.8 s of CPU in place of 7.9 before its pages are set, and 11.8 in
place of 19.9 where nearly half is on the topic; what is left is what all articles need together.

Rejected: processes, which would be fed the texts and would compile the profile whenever one is
replaced (60 ms), for a gain that only a machine without readings would see; doing it while a source
is read (a bad article would cost its source, and the lease); keeping the grouping (it follows from
all articles together, and each one changes it); letting an issue write back what it worked out (it
is all there or not at all, in one transaction that holds nobody up).
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from service import manifest, stories
from service.brief.coverage import READ
from service.model import Article
from service.render import machine
from service.schedule import Rule
from service.store import Store, articles, condensed, issues
from service.store.condensed import Row
from service.stories import Study
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: Articles that are worked out and written at a time.
BATCH = 200
_DIGITS = "0123456789abcdef"
#: Pieces of work: one a digit, and one for a few articles of any.
PARTS = len(_DIGITS)
WHOLE = PARTS
#: How late a revision may be written behind the moment that it is stamped with: longer than any
#: reading takes. One that is later still is worked out by the issue.
_LATE = timedelta(hours=1)
#: Between two looks at what no issue reaches back to any more.
_TIDY = timedelta(hours=1)


class Condensing:
    """What is to be worked out beforehand, as one process sees it."""

    def __init__(self, store: Store, profile: Profile, rules: Callable[[], Sequence[Rule]]) -> None:
        """rules: when the editions are due. Without an edition there is nothing to do."""
        self._store, self._profile, self._rules = store, profile, rules
        self._since: datetime | None = None
        #: From where on there may be something to do, by piece of work, where that is later.
        self._done: dict[int, datetime] = {}
        self._tidied: datetime | None = None

    def parts(self, now: datetime) -> tuple[int, ...]:
        """Return the pieces of work that there are; let go what is of no more use, now and then."""
        if self._tidied is None or not timedelta() <= now - self._tidied < _TIDY:
            self._tidy(now)
        since = self._start(now)
        if since is None:
            return ()
        with self._store.read() as db:
            found = condensed.missing(db, maker(self._profile), READ, since=since)
        if not found:
            # What may still come bears a later time.
            self._since = max(since, now - _LATE)
            return ()
        if sum(found.values()) <= BATCH:
            return (WHOLE,)
        return tuple(n for n, digit in enumerate(_DIGITS) if digit in found)

    def work(self, part: int, clock: Callable[[], datetime], *, goes_on: Callable[[], bool]) -> int:
        """Do a piece of work, batch by batch, for as long as it goes on; return how many articles.

        It need not be fenced: two who do the same write the same, and it is written once.
        """
        done = 0
        while goes_on() and (some := self.batch(part, clock())):
            done += some
        if done:
            log.info("articles worked out part=%d count=%d", part, done)
        return done

    def batch(self, part: int, now: datetime) -> int:
        """Work out some articles of a piece of work; return how many. 0: it is done."""
        start = self._start(now)
        if start is None:
            return 0
        since = max(start, self._done.get(part, start))
        digit = "" if part == WHOLE else _DIGITS[part]
        own = maker(self._profile)
        with self._store.read() as db:
            ids = condensed.todo(db, own, READ, since=since, digit=digit, limit=BATCH)
            found = articles.get(db, ids)
        rows = {ident: self._row(found.get(ident)) for ident in ids}
        if rows:
            with self._store.write("rows") as db:
                condensed.put(db, own, rows)
        if len(ids) < BATCH:
            self._done[part] = max(since, now - _LATE)
        return len(rows)

    def _row(self, article: Article | None) -> Row:
        if article is None:
            # No place of it is left: no issue will ask for it.
            return Row(heading=None)
        try:
            known = stories.packed(stories.study(article, self._profile))
        except Exception:
            # The others of its batch are not to wait for it; an issue says what is wrong.
            log.exception("article not worked out id=%s", article.id)
            return Row(heading=None)
        return Row(heading=heading(article), data=known)

    def _start(self, now: datetime) -> datetime | None:
        if self._since is None:
            self._since = self._reach(now)
        return self._since

    def _reach(self, now: datetime) -> datetime | None:
        """Return how far the next issue of any edition reaches back; None: there is no edition."""
        rules = self._rules()
        with self._store.read() as db:
            last = {head.edition: head.cutoff for head in issues.latest(db)}
        return min((last.get(rule.edition, now - rule.length) for rule in rules), default=None)

    def _tidy(self, now: datetime) -> None:
        before = self._reach(now)
        while before is not None:
            with self._store.write("rows") as db:
                if not condensed.forget(db, before=before):
                    break
        self._tidied = now


def known(db: "Connection", found: Iterable[Article], profile: Profile) -> Mapping[str, Study]:
    """Return what is kept of articles, by id; of the others there is nothing."""
    wanted = {article.id: article for article in found if article.language in READ}
    kept: dict[str, Study] = {}
    for ident, row in condensed.get(db, maker(profile), wanted).items():
        if row.heading != heading(wanted[ident]):
            continue
        try:
            kept[ident] = stories.unpacked(row.data)
        except ValueError:
            log.warning("what was kept of an article is damaged id=%s", ident)
    return kept


def studied(
    found: Iterable[Article], profile: Profile, kept: Mapping[str, Study]
) -> dict[str, Study]:
    """Return what is known of each article that is in a language that is read, by id.

    kept: of some of these very articles, so that it need not be worked out.
    """
    return {
        article.id: kept.get(article.id) or stories.judge(article, profile)
        for article in found
        if article.language in READ
    }


def heading(article: Article) -> int:
    """Return the number of an article's title: 64 bits, with a sign."""
    title = f"{article.places[0].title_given}\0{article.title}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(title, digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=8)
def maker(profile: Profile) -> str:
    """Return the hash under which this program keeps what it works out with a profile."""
    made_with = sorted(machine.versions(drawn=False).items())
    told = repr((manifest.fingerprint(profile), made_with))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
