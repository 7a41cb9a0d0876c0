"""Getting an issue to its readers: once, in a way that receivers accept, and that readers can end.

    base       what a channel is to the ledger
    tokens     signed marks in links: to leave a list, to choose editions
    dkim       a signature on a message, where no mail server signs
    records    what a domain must publish in DNS to send mail: to print, and to judge

The message itself is made by `service.render.mail`.
"""
