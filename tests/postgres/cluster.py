"""A PostgreSQL server of one's own: made in a temporary folder, on a loopback port, and removed.

Found are the programs on the path, or in Debian's folder; `./run test --with-postgres` installs
them. The server refuses to run as root: then it runs as another user, where there is one.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_DEBIAN = Path("/usr/lib/postgresql")
#: Whom root starts it as.
_USERS = ("postgres", "nobody")
#: Quick: safe from a server that is killed, not from a loss of power.
QUICK = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "logging_collector": "off",
    "timezone": "'Asia/Tokyo'",  # not ours: what we store is in UTC whatever it says
}


class CannotStart(Exception):
    """Why there is no server here."""


def folder_of_programs() -> Path:
    """Return where initdb and pg_ctl are. Raises CannotStart."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise CannotStart("PostgreSQL is not installed: ./run test --with-postgres installs it")
    return versions[-1].parent


class Cluster:
    """One server. Its superuser is `briefing`, with a password over TCP and none on the socket."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """Make it and start it. settings: beside the quick ones. Raises CannotStart."""
        self._programs = folder_of_programs()
        self._as = _somebody()
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.port = _free_port()
        self._names = 0
        try:
            if self._as:
                os.chown(self._folder, *self._as.values())
            self._make(QUICK | dict(settings or {}))
            self.start()
        except BaseException:
            self.remove()
            raise

    @property
    def data(self) -> Path:
        return self._folder / "data"

    def _make(self, settings: Mapping[str, str]) -> None:
        secret = self._folder / "password"
        secret.write_text("secret\n", encoding="ascii")
        # Order and letters as the documentation asks for.
        self._run(
            *("initdb", "-D", self.data, "-U", "briefing", "--pwfile", secret, "-E", "UTF8"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--locale=C.UTF-8", "--no-sync"),
        )
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            lines = {**_SETTINGS, **settings, "unix_socket_directories": f"'{self._folder}'"}
            file.writelines(f"{key} = {value}\n" for key, value in lines.items())

    def start(self) -> None:
        self._run(
            *("pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self._folder / "log"),
            *("-o", f"-p {self.port}"),
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data)

    def restart(self, mode: str = "immediate") -> None:
        self.stop(mode)
        self.start()

    def url(
        self, database: str = "briefing", *, password: str = "secret", host: str = "127.0.0.1"
    ) -> str:
        """Return the address of a database."""
        return f"postgresql://briefing:{password}@{host}:{self.port}/{database}"

    def database(self, *, like: str = "template1") -> str:
        """Make a new database, a copy of another one; return its address."""
        self._names += 1
        name = f"b{self._names}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        self.sql(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement outside of a transaction; return its rows."""
        import psycopg

        url = self.url(database)
        # Also where a test has made the server one that is only read.
        writing = "-c default_transaction_read_only=off"
        with psycopg.connect(url, autocommit=True, options=writing) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def admit(self, network: str) -> None:
        """Let everybody with a password in from a network."""
        with (self.data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write(f"host all all {network} scram-sha-256\n")
        self.sql("SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def small_disk(self, name: str, size_mb: int) -> Iterator[None]:
        """Make a tablespace of this name on a disk of this size. Raises CannotStart."""
        if os.geteuid() != 0:
            raise CannotStart("only root can mount a small disk")
        place = Path(tempfile.mkdtemp(prefix="pgdisk"))
        mount = ("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", place)
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            place.rmdir()
            raise CannotStart(f"no small disk can be mounted here: {done.stderr.strip()}")
        try:
            os.chown(place, *self._as.values())
            self.sql(f"CREATE TABLESPACE {name} LOCATION '{place}'")
            yield
        finally:
            # The server has files open on it.
            subprocess.run(("umount", "--lazy", place), check=True)
            place.rmdir()

    def remove(self) -> None:
        with contextlib.suppress(CannotStart):
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *words: object) -> None:
        # The server keeps what it is given open: a pipe would never end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [self._programs / program, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd="/",
                env=os.environ | {"LC_ALL": "C.UTF-8"},
                timeout=120,
                check=False,
                **self._as,  # type: ignore[call-overload]
            )
            said.seek(0)
            last = said.read().decode("utf-8", "replace").strip().splitlines()[-1:]
        if done.returncode:
            raise CannotStart(f"PostgreSQL does not start here: {program}: {' '.join(last)}")


@contextlib.contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Give a server, and remove it afterwards. Raises CannotStart."""
    cluster = Cluster(settings)
    try:
        yield cluster
    finally:
        cluster.remove()


def _somebody() -> dict[str, int]:
    """Return whom to start it as, as `subprocess` takes it; nobody in particular unless root."""
    if os.geteuid() != 0:
        return {}
    for name in _USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid}
    raise CannotStart("PostgreSQL refuses to run as root, and there is no other user here")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
