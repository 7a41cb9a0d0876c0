"""Getting an issue to its readers: once, in a way that receivers accept, and that readers can end.

    base       what a channel is to the ledger
    smtp       a mail server, over connections that are kept; the dot goes out on the ledger's word
    dialling   one connection to it: opened, secured, logged in, each step bounded
    replies    what a mail server's answer means; pure
    pace       messages a second
    webhook    a program that is posted to, signed
    folder     a share that files are dropped into, whole
    parcel     what those two get of an issue
    mailing    a mail that is frozen once for many readers, and spliced for each
    verp       the envelope's sender: a signed mark of the message; pure
    reports    what came back: bounces, complaints, wishes to leave; pure
    mailbox    where it comes to: a Maildir, or a folder over IMAP
    tokens     signed marks in links: to leave a list, to choose editions
    dkim       a signature on a message, where no mail server signs
    records    what a domain must publish in DNS to send mail: to print, and to judge

The message itself is made by `service.render.mail`.
"""
