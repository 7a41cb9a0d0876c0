"""Messages as mail servers send them back, written for these tests."""

from email.message import EmailMessage
from email.policy import SMTP

OURS = "<7.0123456789abcdef0123@desk.example>"
MAILBOX = "bounce@desk.example"


def dsn(
    *,
    to: str = MAILBOX,
    status: str | None = "5.1.1",
    action: str | None = "failed",
    said: str = "smtp; 550 5.1.1 <olga@far.example>: no such user",
    about: str = OURS,
    ident: str = "<dsn-1@relay.example>",
    more: str = "",
    returned: str = "text/rfc822-headers",
) -> bytes:
    """Return a report of RFC 3464, as Postfix writes one. more: further blocks."""
    fields = [
        f"Final-Recipient: rfc822; olga@far.example\r\nOriginal-Recipient: rfc822;{'o@x.org'}"
    ]
    fields += [f"Action: {action}"] if action is not None else []
    fields += [f"Status: {status}"] if status is not None else []
    fields += ["Remote-MTA: dns; mx.far.example", f"Diagnostic-Code: {said}"]
    original = (
        f"Return-Path: <brief@desk.example>\r\nFrom: brief@desk.example\r\nMessage-ID: {about}\r\n"
        "Subject: A brief\r\nTo: olga@far.example\r\n"
    )
    if returned == "message/rfc822":
        original += "\r\nThe brief.\r\n"
    return (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: MAILER-DAEMON@relay.example\r\n"
        f"To: {to}\r\nSubject: Undelivered Mail\r\nMessage-ID: {ident}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\r\n\r\n'
        "--cut\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--cut\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\nArrival-Date: Sat, 21 Nov 2026 07:00:00 +0000\r\n\r\n"
        + "\r\n".join(fields)
        + f"\r\n\r\n{more}--cut\r\nContent-Type: {returned}\r\n\r\n{original}\r\n--cut--\r\n"
    ).encode()


def block(status: str, action: str = "failed") -> str:
    """Return one more recipient of a report."""
    whose = "Final-Recipient: rfc822; other@far.example"
    return f"{whose}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"


def complaint(
    *,
    kind: str = "abuse",
    sender: str = "<brief@desk.example>",
    about: str = OURS,
    to: str = MAILBOX,
    ident: str = "<arf-1@provider.example>",
) -> bytes:
    """Return a complaint of RFC 5965."""
    return (
        f"From: feedback@provider.example\r\nTo: {to}\r\nSubject: complaint\r\n"
        f"Message-ID: {ident}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="cut"\r\n\r\n'
        "--cut\r\nContent-Type: text/plain\r\n\r\nThis is a report of a complaint.\r\n"
        "--cut\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n"
        f"Original-Mail-From: {sender}\r\nOriginal-Rcpt-To: <redacted@provider.example>\r\n\r\n"
        "--cut\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: brief@desk.example\r\nMessage-ID: {about}\r\nSubject: A brief\r\n\r\nText.\r\n"
        "--cut--\r\n"
    ).encode()


def plain(text: str, *, headers: dict[str, str] | None = None) -> bytes:
    """Return a mail of one part."""
    made = EmailMessage(policy=SMTP)
    given = {"From": "Mail Delivery System <MAILER-DAEMON@old.example>", "To": MAILBOX}
    for name, value in (given | (headers or {})).items():
        made[name] = value
    made.set_content(text)
    return made.as_bytes()
