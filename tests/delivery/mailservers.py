"""A Postfix and a Dovecot of the tests' own, on high ports of the loopback device.

Postfix takes what we send. Mail for `reader.test` and `desk.test` goes into mailboxes of Dovecot,
that for `far.test` to a port of the test's choice, where a scripted server may listen.
"""

import contextlib
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "of-the-tests"

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/postfix
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
daemon_directory = {daemons}
command_directory = /usr/sbin
myhostname = relay.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ later@reader.test = 450 4.7.1 come back later }},
    {{ policy@reader.test = 550 5.7.1 not from you }} }}
recipient_delimiter = +
virtual_mailbox_domains = reader.test, desk.test
virtual_mailbox_maps = inline:{{
    {{ anna@reader.test = x }}, {{ ivan@reader.test = x }},
    {{ bounces@desk.test = x }} }}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
transport_maps = inline:{{ {{ far.test = smtp:[127.0.0.1]:{far} }} }}
message_size_limit = 2000000
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtpd_tls_security_level = none
smtp_tls_security_level = none
"""
_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup  unix  n - n - 0 cleanup
qmgr     unix  n - n 300 1 qmgr
rewrite  unix  - - n - - trivial-rewrite
bounce   unix  - - n - 0 bounce
defer    unix  - - n - 0 bounce
trace    unix  - - n - 0 bounce
verify   unix  - - n - 1 verify
flush    unix  n - n 1000? 0 flush
proxymap unix  - - n - - proxymap
smtp     unix  - - n - - smtp
relay    unix  - - n - - smtp
error    unix  - - n - - error
retry    unix  - - n - - error
discard  unix  - - n - - discard
lmtp     unix  - - n - - lmtp
anvil    unix  - - n - 1 anvil
scache   unix  - - n - 1 scache
postlog  unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log/dovecot
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = +
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Two running servers."""

    folder: Path
    smtp: int
    imap: int
    #: Where mail for far.test is sent on to.
    far: int

    def mailbox(self, address: str) -> list[bytes]:
        """Return the messages of a mailbox."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=20) as client:
            client.login(address, PASSWORD)
            client.select(readonly=True)
            _, found = client.search(None, "ALL")
            numbers = found[0].split()
            fetched = [client.fetch(number.decode(), "(BODY.PEEK[])")[1] for number in numbers]
        return [bytes(one[0][1]) for one in fetched if isinstance(one[0], tuple)]

    def awaited(self, address: str, wanted: Callable[[bytes], bool]) -> bytes:
        """Return the first message of a mailbox that is wanted; fail after 30 seconds."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for message in self.mailbox(address):
                if wanted(message):
                    return message
            time.sleep(0.1)
        raise AssertionError(f"nothing came to {address}: {self.log()}")

    def log(self) -> str:
        """Return what Postfix wrote down."""
        return (self.folder / "log" / "postfix").read_text(encoding="utf-8")


def _missing() -> str | None:
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    for program in ("postfix", "dovecot"):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            return f"{program} is not installed"
    return None if Path("/usr/lib/dovecot/lmtp").exists() else "Dovecot has no LMTP here"


@contextlib.contextmanager
def running() -> Iterator[Servers]:
    """Run both servers, or skip the test where that cannot be."""
    reason = _missing()
    if reason is not None:
        pytest.skip(reason)
    # Not below the tests' own folder: other users must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="briefing-mail-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        smtp, imap, lmtp, far = _ports(4)
        _write(folder, smtp=smtp, imap=imap, lmtp=lmtp, far=far)
        dovecot = [_program("dovecot"), "-F", "-c", str(folder / "dovecot.conf")]
        with subprocess.Popen(dovecot) as process:
            try:
                _postfix(folder, "start")
                for port in (smtp, imap, lmtp):
                    _answering(port, folder)
                yield Servers(folder=folder, smtp=smtp, imap=imap, far=far)
            finally:
                _postfix(folder, "abort")
                process.terminate()


def _write(folder: Path, **ports: int) -> None:
    for part in ("queue", "data", "log", "mail", "run", "state", "postfix"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody", "nogroup")
    daemons = next(
        path for path in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(path).is_dir()
    )
    given = {"folder": folder, "daemons": daemons, "password": PASSWORD, **ports}
    for place, text in (
        ("postfix/main.cf", _MAIN),
        ("postfix/master.cf", _MASTER),
        ("dovecot.conf", _DOVECOT),
    ):
        (folder / place).write_text(text.format(**given), encoding="ascii")


def _postfix(folder: Path, word: str) -> None:
    done = subprocess.run(
        [_program("postfix"), "-c", str(folder / "postfix"), word],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and word == "start":
        pytest.fail(f"Postfix did not start: {done.stderr}")


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or name


def _ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


def _answering(port: int, folder: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as one:
            one.settimeout(5)
            if one.recv(1):
                return
        time.sleep(0.05)
    logs = [path.read_text(encoding="utf-8") for path in sorted((folder / "log").iterdir())]
    pytest.fail(f"nothing answers on port {port}: {logs}")
