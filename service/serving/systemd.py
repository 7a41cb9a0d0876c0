"""What systemd is told of a service of `Type=notify`; elsewhere nothing happens."""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


def notify(*words: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell "READY=1", "WATCHDOG=1" or "STOPPING=1"; return whether it was told to somebody.

    A manager that does not listen any more is no fault of the service's.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # A name that begins with @ is in the abstract space, whose names begin with a zero byte.
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.setblocking(False)
        try:
            out.sendto("\n".join(words).encode(), target)
        except OSError as error:
            log.warning("systemd not told words=%s error=%s", words[0], error.strerror)
            return False
    return True
