"""When issues are due: pure calendar arithmetic, without a clock.

Problem: an edition is due at a time of the day in a zone. Clocks are put forward and back, are
wrong and are put right; a service is down for an hour or a week; an operator edits the time after
today's issue has gone out; two services run on one database. Each period must be published once.

Choice: what is due is a *period*, named by its local date, ISO week or month, and not an instant.
`due` lists the periods whose time fell into a span; whoever records them does so under the period's
name, which is unique. Every local date has exactly one instant (`instant`): a time that is skipped
is the first moment after the gap, a time that comes twice is its first occurrence. Strings of cron
are read by cronsim as wall times without a zone, and then take the same way, so that both forms of
a rule obey one set of rules.

The name does not change when the time is edited: a period that was made at 07:00 is not made again
at 09:00 of that day. A string of cron that is due once a day at most names its periods by the local
date, too; one that is due more often must name them by date and wall time, and an edit of it counts
from then on only: nothing is looked for in the past. Which of the two it is, is told by how many
minutes and hours it names.

Readers with a zone of their own have the same rule in that zone, under the name "daily@Asia/Tokyo".

Rejected: the triggers of the scheduler that gives us the clock, which leave out whole days, weeks
and months at a change of the clocks for times shortly after midnight; and remembering the last
instant alone, which makes a second issue of the day when the time is edited.
"""

from service.schedule.rules import (
    ASKED,
    CatchUp,
    Due,
    Rule,
    asked,
    check_cron,
    due,
    instant,
    latest,
    shape,
    upcoming,
)

__all__ = [
    "ASKED",
    "CatchUp",
    "Due",
    "Rule",
    "asked",
    "check_cron",
    "due",
    "instant",
    "latest",
    "shape",
    "upcoming",
]
