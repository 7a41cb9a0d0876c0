"""A machine in a folder, for tests of `run`: a checkout, and a PATH with fakes and little else.

The fakes are shell scripts that write down how they were called. The fake Python answers the
questions that `run` asks of a real one, and makes an environment whose pip "installs" the commands
that the real packages would bring. Nothing is fetched, and a start takes hundredths of a second.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: What `run` may count on in a bare Debian, and nothing that it may not.
TOOLS = (
    *("awk", "bash", "cat", "chmod", "cksum", "cp", "dirname", "flock", "mkdir", "mktemp", "mv"),
    *("readlink", "rm", "sh", "tail", "touch", "true"),
)

_PYTHON = """#!/bin/sh
case "$*" in
*version_info*) echo "{version}" ;;
*ensurepip*) [ -e "$STATE/venv" ] ;;
*ctypes*) [ -e "$STATE/pango" ] ;;
*_base_executable*) echo "$0" ;;
"-m venv "*)
    echo "venv" >>"$STATE/calls"
    mkdir -p "$3/bin" && cp "$STATE/venv-python" "$3/bin/python" ;;
*) echo "python3 was asked: $*" >&2; exit 99 ;;
esac
"""

_VENV_PYTHON = """#!/bin/sh
bin=$(dirname -- "$0")
case "$*" in
*"-m pip "*) call="pip ${*##* install }" ;;
*) call="python $*" ;;
esac
echo "$call" >>"$STATE/calls"
case "$call" in "$FAIL"*)
    [ -z "$FAIL" ] || { echo "some noise"; echo "ERROR: it broke" >&2; eval "${HOW:-exit 1}"; }
esac
tool() { cp "$STATE/tool" "$bin/$1"; }
case "$call" in
*" -e "*) tool briefing ;;
*tests/requirements.txt) tool ruff; tool mypy; tool lint-imports; tool pytest ;;
esac
echo "noise that nobody wants to read"
"""

_TOOL = """#!/bin/sh
echo "${0##*/} $*" >>"$STATE/calls"
echo "${0##*/} in $PWD, home $BRIEFING_HOME"
for word; do echo "<$word>"; done
[ "${0##*/}" != "${FAIL:-none}" ] || exit 4
"""

_APT = """#!/bin/sh
echo "apt-get $*" >>"$STATE/calls"
case "$*" in *install*)
    [ ! -e "$STATE/apt-fails" ] || { echo "E: Unable to locate package" >&2; exit 100; }
    for word; do
        case $word in
        python3) cp "$STATE/python" "$(dirname -- "$0")/python3" ;;
        python3-venv) touch "$STATE/venv" ;;
        libpango-1.0-0) touch "$STATE/pango" ;;
        esac
    done
esac
"""

_SUDO = """#!/bin/sh
echo "sudo $*" >>"$STATE/calls"
[ "$1" = -n ] && [ -e "$STATE/sudo-allowed" ] || exit 1
shift
exec "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A checkout with `run` in it, the folder of commands, and the state of the fakes."""

    checkout: Path
    bin: Path
    state: Path

    @property
    def venv(self) -> Path:
        return self.checkout / ".venv"

    def calls(self) -> list[str]:
        """Return the calls of the fakes so far, oldest first, with paths made relative."""
        log = self.state / "calls"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        return text.replace(f"{self.checkout}/", "").replace(str(self.checkout), ".").splitlines()

    def command(self, name: str, script: str) -> None:
        """Put a command on the PATH."""
        path = self.bin / name
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)

    def python(self, name: str, version: str) -> None:
        """Put a Python of a version on the PATH."""
        self.command(name, _PYTHON.format(version=version))

    def flag(self, *names: str) -> None:
        """Set facts that the fakes ask for: venv, pango, sudo-allowed, apt-fails."""
        for name in names:
            (self.state / name).touch()

    def start(
        self,
        *words: str,
        cwd: Path | None = None,
        script: Path | None = None,
        shell: str = "",
        **env: str,
    ) -> subprocess.Popen[str]:
        """Start `run` with this machine's commands only."""
        command = [str(script or self.checkout / "run"), *words]
        return subprocess.Popen(
            [shell, *command] if shell else command,
            cwd=cwd or self.state,
            env={"PATH": str(self.bin), "STATE": str(self.state), "TMPDIR": str(self.state), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        *words: str,
        cwd: Path | None = None,
        script: Path | None = None,
        shell: str = "",
        **env: str,
    ) -> subprocess.CompletedProcess[str]:
        """Start `run` and wait for its end."""
        process = self.start(*words, cwd=cwd, script=script, shell=shell, **env)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)


def bare(folder: Path, *, root: bool = True) -> Machine:
    """Return a machine with the basic tools, apt-get and sudo, and without Python and Pango."""
    machine = Machine(checkout=folder / "my checkout", bin=folder / "bin", state=folder / "state")
    for made in (machine.checkout / "tests", machine.checkout / ".ci", machine.bin, machine.state):
        made.mkdir(parents=True)
    for name in ("run", ".ci/run"):
        shutil.copy(ROOT / name, machine.checkout / name)
    for name in ("requirements.txt", "pyproject.toml", "tests/requirements.txt"):
        (machine.checkout / name).write_text(
            "first==1 \\\n    --hash=a\nsetuptools==2 \\\n    --hash=b\n    # via first\nlast==3\n"
        )
    for tool in TOOLS:
        if found := shutil.which(tool):
            (machine.bin / tool).symlink_to(os.path.realpath(found))
    machine.command("id", f"#!/bin/sh\necho {0 if root else 1000}\n")
    machine.command("apt-get", _APT)
    machine.command("sudo", _SUDO)
    for name, script in (
        ("python", _PYTHON.format(version="3.11")),
        ("venv-python", _VENV_PYTHON),
        ("tool", _TOOL),
    ):
        path = machine.state / name
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
    return machine


def furnished(folder: Path, *, root: bool = True) -> Machine:
    """Return a machine that has Python 3.11, venv and Pango."""
    machine = bare(folder, root=root)
    machine.python("python3", "3.11")
    machine.flag("venv", "pango")
    return machine
