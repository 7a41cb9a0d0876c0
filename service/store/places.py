"""Where bytes may lie outside the database: a folder, or whatever fsspec has a driver for.

A place is known by its address: `file:///srv/briefs`, `s3://bucket/prefix`. It holds objects by
name and knows nothing of issues. Every fault of it is a StoreError in one line; UnreachableError
where it may be over when it is tried again.

*A folder is written here*, with a file aside that is synced and renamed: a half-written object is
never seen, which fsspec's own driver for files does not promise. So a folder needs no package. It
must exist: to make the mount point of a share that is not mounted would be to lose what is put in
it. *S3* and the rest are fsspec's (the extra `s3` brings it, with s3fs; it is not in the core,
since botocore alone takes 15 MB). Keys and the server's address come from the environment, as
botocore has them (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL_S3`): they are
never in the settings, in a row, or in a log. Rejected: boto3 (a second way to the same bytes, and
none to other stores), and names with a folder for each issue (two tries of one issue would leave
two copies).
"""

import errno
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from service.errors import StoreError, UnreachableError

#: Seconds for a connection, and for an answer on it, where a driver would wait for minutes.
_CONNECT_S, _ANSWER_S = 5, 10
#: Tries of one request; who called tries again later.
_TRIES = 2
#: For so many seconds a server that did not answer is not asked for objects: each page of the
#: archive would wait for it anew. What is to be put is always tried.
_QUIET_S = 15.0

#: What else a driver is told, by the first part of an address.
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": _CONNECT_S,
            "read_timeout": _ANSWER_S,
            "retries": {"total_max_attempts": _TRIES, "mode": "standard"},
        },
    }
}
#: What to install for an address.
_EXTRA = {"s3": 'install it with its extra: pip install "briefing-digest[s3]"'}

#: Of a folder on a share that went away, or of a server that is busy: it may be over later.
_PASSING = frozenset(
    {
        *(errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EBUSY, errno.ENOTCONN, errno.EAGAIN),
        *(errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN),
        *(errno.ECONNREFUSED, errno.ECONNRESET, errno.EREMOTEIO),
    }
)
#: What drivers raise that is no OSError: a module that is there once it was used, and a class.
_FOREIGN = (("botocore.exceptions", "BotoCoreError"), ("aiohttp", "ClientError"))
#: Of those, what is wrong with this machine and not with the way to the server.
_OURS = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "ParamValidationError")


class Place(Protocol):
    """Objects by their names, which have a slash."""

    address: str

    def put(self, name: str, data: bytes) -> None:
        """Write an object, or the same again."""

    def get(self, name: str) -> bytes | None:
        """Return an object; None: there is none."""

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""


@cache
def at(address: str) -> Place:
    """Return the place with this address; raise StoreError where nothing here can reach it."""
    kind = address.partition("://")[0]
    return Folder(address) if kind == "file" else Remote(address)


class Folder:
    """A folder of this machine, or a share that is mounted."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._root = Path(unquote(urlsplit(address).path))

    def put(self, name: str, data: bytes) -> None:
        path = self._root / name
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with self._explained("written to"):
            self._there()
            path.parent.mkdir(exist_ok=True)
            try:
                with aside.open("xb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            # The row that names it is committed next: the name must outlast a loss of power, too.
            handle = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def get(self, name: str) -> bytes | None:
        with self._explained("read"):
            self._there()
            try:
                return (self._root / name).read_bytes()
            except FileNotFoundError:
                return None

    def remove(self, name: str) -> None:
        with self._explained("written to"):
            self._there()
            (self._root / name).unlink(missing_ok=True)

    def _there(self) -> None:
        if not self._root.is_dir():
            raise UnreachableError(
                f"the folder {self._root} for files is not there: make it, or mount its share"
            )

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _fault(error)(
                f"the folder {self._root} for files cannot be {done}: {_why(error)}"
            ) from error


class Remote:
    """What fsspec has a driver for."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.address = address
        kind = address.partition("://")[0]
        require(address)
        import fsspec

        try:
            # A driver of its own, with the environment as it is now.
            self._files, self._root = fsspec.url_to_fs(
                address, skip_instance_cache=True, **_OPTIONS.get(kind, {})
            )
        except ImportError as error:
            raise StoreError(f"the place {address} for files needs a package: {error}") from error
        if hasattr(self._files, "retries"):
            # s3fs repeats what botocore has repeated already.
            self._files.retries = 1
        self._clock = clock
        self._silent: UnreachableError | None = None
        self._silent_until = 0.0

    def put(self, name: str, data: bytes) -> None:
        with self._explained("written to"):
            self._files.pipe_file(f"{self._root}/{name}", data)

    def get(self, name: str) -> bytes | None:
        if self._silent is not None and self._clock() < self._silent_until:
            raise UnreachableError(str(self._silent)) from self._silent
        with self._explained("read"):
            try:
                found: bytes = self._files.cat_file(f"{self._root}/{name}")
            except FileNotFoundError:
                return None
            return found

    def remove(self, name: str) -> None:
        with self._explained("written to"):
            try:
                self._files.rm_file(f"{self._root}/{name}")
            except FileNotFoundError:
                return

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not isinstance(error, (OSError, *_foreign())):
                raise
            fault = _fault(error)(
                f"the place {self.address} for files cannot be {done}: {_why(error)}"
            )
            if isinstance(fault, UnreachableError):
                self._silent, self._silent_until = fault, self._clock() + _QUIET_S
            raise fault from error
        else:
            self._silent = None


def require(address: str) -> None:
    """Raise StoreError where the package for an address is not installed; imports no driver."""
    kind = address.partition("://")[0]
    if kind == "file":
        return
    what = _EXTRA.get(kind, f"install fsspec, and the package that it needs for {kind}")
    if find_spec("fsspec") is None:
        raise StoreError(f"the place {address} for files needs the package fsspec: {what}")
    from fsspec.registry import known_implementations, registry

    known = known_implementations.get(kind)
    if known is None and kind not in registry:
        raise StoreError(f"the place {address} for files is of a kind that fsspec does not know")
    module = known["class"].partition(".")[0] if known else "fsspec"
    if find_spec(module) is None:
        raise StoreError(f"the place {address} for files needs the package {module}: {what}")


def _foreign() -> tuple[type[Exception], ...]:
    """Return what the drivers that are loaded raise beside OSError."""
    loaded = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    return tuple(getattr(module, name) for module, name in loaded if module is not None)


def _fault(error: Exception) -> type[StoreError]:
    # Some of botocore's are OSErrors, too, without a number.
    if isinstance(error, _foreign()):
        passing = type(error).__name__ not in _OURS
    else:
        passing = isinstance(error, TimeoutError | ConnectionError) or (
            isinstance(error, OSError) and error.errno in _PASSING
        )
    return UnreachableError if passing else StoreError


def _why(error: Exception) -> str:
    """Return what an error says, as a part of one line."""
    said = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    return " ".join(said.split()).rstrip(".")
