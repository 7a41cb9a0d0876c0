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

Rejected: the triggers of the scheduler that gives us the clock, which leave out whole days, weeks
and months at a change of the clocks for times shortly after midnight; and remembering the last
instant alone, which makes a second issue of the day when the time is edited.
"""

from service.schedule.rules import Due, Rule, due, instant, shape, upcoming

__all__ = ["Due", "Rule", "due", "instant", "shape", "upcoming"]
