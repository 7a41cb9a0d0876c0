"""Certificates for a mail server of the tests, made by the `openssl` command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_CONFIG = """
[ca]
default_ca = here
[here]
new_certs_dir = {0}
database = {0}/index
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority that nobody knows but who is given its file."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def trust(self) -> ssl.SSLContext:
        """Return what a client believes that believes this authority."""
        return ssl.create_default_context(cafile=self.file)

    def server(
        self,
        name: str = "127.0.0.1",
        *,
        begin: str = "20200101000000Z",
        end: str = "20990101000000Z",
    ) -> ssl.SSLContext:
        """Return a server's certificate for a name. begin, end: as openssl writes a moment."""
        mark = f"{name}-{end}"
        key, asked, made = (self.folder / f"{mark}.{kind}" for kind in ("key", "csr", "pem"))
        if not made.exists():
            _run("req", "-new", *_key(key), "-subj", f"/CN={name}", "-out", str(asked))
            kind = "IP" if name[0].isdigit() else "DNS"
            names = self.folder / f"{mark}.ext"
            names.write_text(f"subjectAltName={kind}:{name}\n", encoding="ascii")
            _run(
                *("ca", "-batch", "-notext", "-config", str(self.folder / "ca.cnf")),
                *("-cert", str(self.file), "-keyfile", str(self.folder / "ca.key")),
                *("-startdate", begin, "-enddate", end, "-extfile", str(names)),
                *("-in", str(asked), "-out", str(made)),
            )
        return _context(made, key)

    def alone(self) -> ssl.SSLContext:
        """Return a server's certificate that nobody has signed but itself."""
        key, made = self.folder / "alone.key", self.folder / "alone.pem"
        _run(
            *("req", "-x509", "-new", *_key(key), "-days", "3650", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made)),
        )
        return _context(made, key)


def authority(folder: Path) -> Authority:
    """Make an authority in an empty folder; skip the test where there is no openssl command."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command to make certificates")
    (folder / "index").touch()
    (folder / "ca.cnf").write_text(_CONFIG.format(folder), encoding="utf-8")
    _run(
        *("req", "-x509", "-new", *_key(folder / "ca.key"), "-days", "3650"),
        *("-subj", "/CN=An authority of the tests", "-out", str(folder / "ca.pem")),
    )
    return Authority(folder=folder)


def _context(made: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made, key)
    return context


def _key(file: Path) -> tuple[str, ...]:
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(file))


def _run(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
