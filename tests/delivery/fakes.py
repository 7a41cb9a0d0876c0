"""A way out that does as it is told, and remembers what went through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.delivery.base import Commit, Envelope, Outcome

SENT = Outcome(result="sent", code=250, enhanced="2.0.0", text="2.0.0 Ok: queued")
GREY = Outcome(result="deferred", cause="server", code=451, enhanced="4.7.1", text="come back")
UNKNOWN = Outcome(result="failed", cause="mailbox", code=550, enhanced="5.1.1", text="no such user")
REFUSED = Outcome(result="failed", cause="policy", code=550, enhanced="5.7.515", text="not allowed")
UNREACHED = Outcome(result="deferred", cause="server", text="connection refused")


class Crash(BaseException):
    """The process ends here, without another word."""


@dataclass(frozen=True, slots=True)
class Early:
    """Answers before the message is handed over."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Late:
    """Answers after the dot; `stored` says whether the message was taken over."""

    outcome: Outcome
    stored: bool


@dataclass(frozen=True, slots=True)
class Crashing:
    """The process ends "before" the commit, "between" commit and dot, or "after" the dot."""

    at: str


Step = Early | Late | Crashing
GOOD = Late(SENT, stored=True)
LOST = Late(Outcome(result="doubt", cause="server", text="the connection dropped"), stored=True)


@dataclass
class FakeChannel:
    """Takes each address's steps in order, and then lets everything through."""

    script: Mapping[str, Sequence[Step]] = field(default_factory=dict)
    #: Called before anything else, with the address.
    meanwhile: Callable[[str], None] = lambda address: None
    stored: list[Envelope] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    closed: bool = False

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        count = self.tries.get(envelope.to, 0)
        self.tries[envelope.to] = count + 1
        steps = self.script.get(envelope.to, ())
        step = steps[count] if count < len(steps) else GOOD
        self.meanwhile(envelope.to)
        if isinstance(step, Early):
            return step.outcome
        if isinstance(step, Crashing) and step.at == "before":
            raise Crash
        if not await commit():
            return Outcome(result="withdrawn")
        if isinstance(step, Crashing):
            if step.at == "after":
                self.stored.append(envelope)
            raise Crash
        if step.stored:
            self.stored.append(envelope)
        return step.outcome

    async def close(self) -> None:
        self.closed = True

    def to(self, address: str) -> list[bytes]:
        """Return the messages that were taken over for an address."""
        return [one.message for one in self.stored if one.to == address]
