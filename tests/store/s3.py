"""An S3 server of this machine for tests, where `moto_server` is installed (moto[server])."""

import atexit
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from urllib.request import urlopen

import pytest

#: What the server takes for keys, which it does not check.
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
_numbers = count(1)


@contextmanager
def bucket() -> Iterator[str]:
    """Give the address of a new bucket; the environment says how it is reached."""
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    where = server()
    before = dict(os.environ)
    os.environ |= KEYS | {"AWS_ENDPOINT_URL_S3": where, "AWS_DEFAULT_REGION": "us-east-1"}
    try:
        import s3fs

        made = f"briefs-{os.getpid()}-{next(_numbers)}"
        s3fs.S3FileSystem().mkdir(made)
        yield f"s3://{made}/of one"
    finally:
        os.environ.clear()
        os.environ |= before


def server() -> str:
    """Return the address of this run's server; skip the test where there can be none."""
    program = shutil.which("moto_server")
    if program is None:
        pytest.skip("there is no moto_server on PATH: pip install 'moto[server]' somewhere")
    return _started(program)


@cache
def _started(program: str) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Its keys are a file's, if there is one; those of this machine are none of its business.
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONUNBUFFERED": "1"},
    )
    atexit.register(_ended, running)
    assert running.stdout is not None
    for line in running.stdout:
        if "Running on" in line:
            break
    else:
        pytest.skip(f"moto_server ended at once: {running.poll()}")
    address = f"http://127.0.0.1:{port}"
    with urlopen(address, timeout=30):
        return address


def _ended(running: "subprocess.Popen[str]") -> None:
    running.kill()
    running.wait()
    if running.stdout is not None:
        running.stdout.close()
