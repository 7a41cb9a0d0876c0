"""Whether the archive may be shown as the settings say, and the hash of a password.

Light: `briefing doctor` and `serve` ask before anything of the web is imported.
"""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address

from service.errors import SettingsError
from service.settings import Settings

#: Made by `password_hash`; the parameters are in it.
_HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_LEAST = 12
_HOW = "`briefing web hash-password` makes one"


def check_exposure(settings: Settings, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return why the archive must not be started so, with what to do; None where it may."""
    web = settings.web
    name = web.password_env
    given = environ.get(name, "")
    if given and not _HASH.fullmatch(given):
        return (
            f"{name}: holds no hash of argon2id: {_HOW}; the password itself must not stand there"
        )
    if web.access == "password" and not given:
        return f'web.access is "password", but the variable {name} holds no hash: {_HOW}'
    host, loopback = listening(settings)
    if not loopback and web.access is None:
        return (
            f"web.listen {web.listen}: {host} can be reached from other machines, and nobody has "
            'chosen who may read: set web.access to "password", "proxy" or "public", or listen on '
            "127.0.0.1"
        )
    return None


def listening(settings: Settings) -> tuple[str, bool]:
    """Return the host that the archive listens on, and whether only this machine reaches it."""
    host = settings.web.listen.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return host, True
    try:
        return host, ip_address(host).is_loopback
    except ValueError:
        # A name may stand for any address.
        return host, False


def password_hash(password: str) -> str:
    """Return the hash of a password, for the environment. Raises SettingsError for a short one."""
    if len(password) < _LEAST:
        raise SettingsError((f"a password of fewer than {_LEAST} characters can be guessed",))
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)
