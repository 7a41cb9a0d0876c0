"""Machines made of network namespaces: addresses of their own, and a way to ours that can be cut.

near: 10.231.77.1, an address of this machine that all of them reach
each: 10.231.78.2, 10.231.79.2, ... behind a pair of virtual cables
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: Of this machine, as the others see it.
NEAR = "10.231.77.1"
NETWORK = "10.231.0.0/16"
#: What the others call this machine, as many hosts.
HOSTS = tuple(f"h{number}.feeds.example" for number in range(12))
_NAMES = Path("/etc/netns")


class NoNetwork(Exception):
    """Why there are no such machines here."""


class Machine:
    """One namespace."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address

    def words(self, *command: object) -> tuple[str, ...]:
        """Return how a command is run there."""
        return ("ip", "netns", "exec", self.name, *map(str, command))

    def cut(self, port: int) -> None:
        """Let all that goes to a port of ours, and what comes from there, vanish without a word."""
        self._filter("-A", port)

    def heal(self, port: int) -> None:
        self._filter("-D", port)

    def _filter(self, what: str, port: int) -> None:
        for chain, side in (("OUTPUT", "--dport"), ("INPUT", "--sport")):
            _run(*self.words("iptables", what, chain, "-p", "tcp", side, port, "-j", "DROP"))


@contextmanager
def machines(count: int) -> Iterator[tuple[Machine, ...]]:
    """Give so many machines, and remove them afterwards. Raises NoNetwork."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("iptables"):
        raise NoNetwork("only root makes network namespaces, with ip and iptables")
    with ExitStack() as held:
        _run("ip", "address", "add", f"{NEAR}/32", "dev", "lo")
        held.callback(_quietly, "ip", "address", "del", f"{NEAR}/32", "dev", "lo")
        yield tuple(held.enter_context(_machine(number)) for number in range(count))


@contextmanager
def _machine(number: int) -> Iterator[Machine]:
    name, ours, theirs = (f"{kind}{os.getpid()}x{number}" for kind in ("bn", "bo", "bt"))
    net = f"10.231.{78 + number}"
    made = Machine(name, f"{net}.2")
    names = _NAMES / name
    try:
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
        _run("ip", "link", "set", theirs, "netns", name)
        _run("ip", "address", "add", f"{net}.1/24", "dev", ours)
        _run("ip", "link", "set", ours, "up")
        _run(*made.words("ip", "address", "add", f"{net}.2/24", "dev", theirs))
        for device in ("lo", theirs):
            _run(*made.words("ip", "link", "set", device, "up"))
        _run(*made.words("ip", "route", "add", "default", "via", f"{net}.1"))
        names.mkdir(parents=True)
        (names / "hosts").write_text(f"127.0.0.1 localhost\n{NEAR} {' '.join(HOSTS)}\n")
        yield made
    finally:
        shutil.rmtree(names, ignore_errors=True)
        with contextlib.suppress(OSError):
            _NAMES.rmdir()
        # With one end of it the cable goes.
        _quietly("ip", "link", "del", ours)
        _quietly("ip", "netns", "del", name)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNetwork(f"no network of our own can be made: {' '.join(words)}: {done.stderr}")


def _quietly(*words: str) -> None:
    subprocess.run(words, capture_output=True, check=False)
