"""`briefing serve`: clock, collector, publisher, courier and web archive in one process.

    clock       the wall clock, and how far it is believed
    timer       the scheduler as what calls the jobs
    lock        one service a database file
    systemd     READY, WATCHDOG and STOPPING
    desk        the composition root's objects as the steps want them
    jobs        the steps, each once at a time, whatever fails
    making      an issue in a process of its own
    operator    the operator's mail
    web         the archive and the pages that watch over the service, on one socket
    health      alive and ready
    metrics     what Prometheus reads
    logs        one line an outcome
    service     starts them, stops them, begins anew with other settings

Problem: a service that is left alone for a year is stopped, starved, restarted and misconfigured
in that time, and must neither lose an issue nor send one twice. Choice: every step reads what is
due from the database and writes what it did there; nothing is remembered here. The scheduler is a
clock that wakes the steps; a step that fails is logged, told to the operator, and woken again. So a
restart at any point is the same as a pause.

Rejected: a process for each step (they share one SQLite file, and a person has one service to
watch); the scheduler's own job store (it runs jobs twice in two processes, and drops a late one).
"""
