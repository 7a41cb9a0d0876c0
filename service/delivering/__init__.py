"""The outbox at work: it arrives, once, and what is not certain is said to be so.

    mailings    what readers get, frozen before the issue is written
    enqueue     an issue's rows and frozen mails, in the issue's own transaction
    letters     the bytes of one row, the same at every attempt
    courier     claim, build, hand over, record
    journal     commits that many messages share
    lanes       how many at once to one destination
    outcomes    what an attempt means for row, recipient and operator; pure
    returns     what comes back by mail, and what follows from it

Problem: over SMTP "exactly once" does not exist. Between the final dot and the answer nobody knows;
what sends first and writes afterwards sends twice after a crash, what writes first loses mail.
Choice: a row a recipient, with a state for each certainty. `claimed` is certainly not sent and
freely tried again; `in_data` is made durable just before the dot, so that a crash leaves either the
one or a visible `doubt`. A doubt is repeated to the same bytes (Message-ID and Date too, by which
servers know a double), or held for a person. Where a server leaves us in doubt a second time it is
always held: it would do so again, and store a copy each time.

Decisions:
- A lease with an owner and an attempt's number, asked for by every later change. A worker that was
  frozen past its lease changes nothing when it wakes: at worst its message goes out a second time,
  and then the row has been in doubt.
- The date of a message is that of its row, so that it is the same from the first build on. The
  header is stored when the message is first handed over, with the SHA-256 of the whole; an attempt
  that cannot make the same bytes sends none.
- Whether the recipient still wants it is asked in the claim and in the commit before the dot: one
  who leaves in between gets nothing.
- Commits are shared (`journal`): durability costs a group of messages one wait for the disk. What
  became of a message waits for the next one's commit, up to 10 ms; a connection never does. To make
  `in_data` durable ahead of a message's turn would save more waiting, and leave in doubt what
  nobody had been given: rejected.
- What takes time (charts, templates, files) is made before the issue's transaction, for which
  everybody who writes waits.
- A permanent fault of a mailbox ends the recipient, a matter of policy never does: it is the
  operator who must act, and is told. No connection at all is nobody's fault: the rows keep their
  times, the channel is asked again after a while (`lanes`).

Rejected: a queue that hands out messages (a copy of the truth that can be lost), a checkpoint for
each issue (a crash between fetching and sending loses or doubles a batch), several recipients in a
transaction of SMTP (half of it can fail), and finished mails in the store, one for each reader.
"""
