"""What systemd is told of a service of `Type=notify`; elsewhere nothing happens."""

import os
import socket
from collections.abc import Mapping


def notify(*words: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell "READY=1", "WATCHDOG=1" or "STOPPING=1"; return whether somebody listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # A name that begins with @ is in the abstract space, whose names begin with a zero byte.
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.sendto("\n".join(words).encode(), target)
    return True


def watchdog_s(environ: Mapping[str, str] = os.environ) -> float | None:
    """Return how many seconds systemd waits for a sign of life; None: it does not."""
    given, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not given.isdecimal() or (pid and pid != str(os.getpid())):
        return None
    return int(given) / 1_000_000
