"""The web archive: a place to read the issues, to find what was said, and to run the desk.

    application   the Starlette application: routes, and what it is wired from
    place         what every page shares: the store, the settings, the words, the doors
    answers       an answer with its headers: policy, tag, compression
    access        who may read and who may act: passwords, sessions, a proxy's word
    exposure      whether the archive may be shown as the settings say; the hash of a password
    limits        how often one address may post
    reading       front page, editions, issues, files, stories, sources, robots
    issue         an issue's stored page under a thin bar
    seeking       search, and what is shown of a hit
    feed          the issues of an edition as Atom
    readers       leaving, choosing and joining: without a login
    invitation    the mail that asks a mailbox whether it wants to join
    desk          the operator's page
    indexing      keeps the search index up to date while the application runs

Problem: issues must be read on any device, by people who do not trust the network in between, and
one page of an operator must not hang open beside them. Choices:

*Pages are made on the server*, from templates, with one style sheet; no script at all, so that the
policy can forbid every script, and nothing is asked of another host. Rejected: a front end with a
build step, which would be a second program to keep.

*An issue is shown as it was stored*, byte for byte, with a bar put in front of it. Its styles are
allowed by their hashes, which are computed from those bytes. Rendering it again would show what
was never published; a frame would need two policies and scrolls badly on a telephone.

*No full text of an article is shown*, only what was printed and a few words around what was looked
for: the texts are other people's.

*Doors.* Reading is public, behind a password, or behind a proxy that names the person; acting is
never public. Who comes by a link of a mail (leave, choose, join) needs no login: the signed mark in
the link says who it is. Leaving is one POST without cookie, session, token or redirect (RFC 8058),
and a GET changes nothing, since scanners of mail follow links. A session is a signed cookie without
a row in the store; another password ends all of them.

*Forged requests.* Every POST but that of leaving is refused when the browser says that another site
made it (`Sec-Fetch-Site`, or else `Origin`); what is posted behind a session carries a mark of that
session as well.

*Limits* are kept in memory and bounded: a restart forgives, and a flood of addresses forgets the
oldest. Leaving has a wide one of its own, because the large mail providers post from few addresses.

*Answers are made whole and tagged* by the hash of their bytes; a page that has not changed costs
the reader nothing. What holds a session's mark is not stored by anybody and not compressed, so that
its length tells nothing (BREACH).
"""

from service.archive.exposure import check_exposure

__all__ = ["check_exposure"]
