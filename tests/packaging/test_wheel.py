"""The wheel: what is in it, and a brief that its command makes in an environment of its own.

The environment gets the service from the wheel only; the packages that it depends on are lent from
the environment of the tests by a path file, which does not process path files in its turn: an
editable install that lies there stays unseen. So no network is needed.
"""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("service", "feeds", "summarizers", "templates")

ARTICLES = {
    "visit.md": """---
title: Ministers of China and Russia meet in Harbin
date: 2026-03-02
---
The foreign ministers of China and Russia met in Harbin on Monday to prepare a summit in May.
Beijing and Moscow agreed to open two more border crossings for trucks before the end of the year.
Trade between the two countries grew by four percent in January, according to customs data.
""",
    "gas.txt": """Россия и Китай обсудили поставки газа

Россия и Китай провели в понедельник переговоры о поставках газа на следующий год.
Москва предложила Пекину увеличить объём на пять миллиардов кубометров.
""",
    "rail.txt": """中俄商定增开货运列车

中国和俄罗斯周二商定增开两条货运列车线路。
双方表示，新线路将于六月开通，每周往返十次。
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The built wheel and the clean environment that it was installed into."""

    wheel: Path
    bin: Path

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment, with nothing of the checkout's in reach."""
        env = {k: v for k, v in os.environ.items() if not _ours(k)}
        return _run([str(self.bin / words[0]), *words[1:]], env=env, cwd=cwd)


def _ours(name: str) -> bool:
    """Whether a variable could lead to the checkout or to its environment."""
    return name.startswith(("PYTHON", "BRIEFING_", "FONTCONFIG_", "VIRTUAL_ENV"))


def _run(
    command: list[str], *, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def _must(command: list[str], *, cwd: Path) -> None:
    done = _run(command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "dist", str(ROOT)]
    _must([*pip, *build], cwd=folder)
    (wheel,) = (folder / "dist").iterdir()
    clean = folder / "clean"
    _must([sys.executable, "-m", "venv", "--without-pip", str(clean)], cwd=folder)
    into = ["--python", str(clean / "bin" / "python")]
    _must([*pip, *into, "install", "--no-deps", "--no-index", str(wheel)], cwd=folder)
    (site,) = clean.glob("lib/python*/site-packages")
    lent = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (site / "dependencies.pth").write_text("".join(f"{path}\n" for path in lent))
    return Installed(wheel=wheel, bin=clean / "bin")


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(installed: Installed) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(installed.wheel) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert {f"{package}/py.typed" for package in PACKAGES} <= held
    assert "service/topic/profiles/china-russia.toml" in held
    assert [name for name in held if name.startswith("templates/brief/")]


def test_the_four_names_are_ours_and_lie_in_one_place(installed: Installed, tmp_path: Path) -> None:
    for package in PACKAGES:  # folders that a namespace package would merge with
        (tmp_path / package).mkdir()
    code = (
        "import importlib, json; from importlib.metadata import packages_distributions;"
        f"names = {PACKAGES!r}; owners = packages_distributions();"
        "paths = {n: list(importlib.import_module(n).__path__) for n in names};"
        "print(json.dumps([{n: owners[n] for n in names}, paths]))"
    )
    done = installed.run("python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    owners, paths = json.loads(done.stdout)
    assert owners == {package: ["briefing-digest"] for package in PACKAGES}
    (site,) = installed.bin.parent.glob("lib/python*/site-packages")
    assert paths == {package: [str(site / package)] for package in PACKAGES}


def test_its_command_makes_a_brief_in_a_folder_of_ones_own(
    installed: Installed, tmp_path: Path
) -> None:
    strangers = tmp_path / "templates" / "brief"
    strangers.mkdir(parents=True)
    (strangers / "brief.html.j2").write_text("a stranger's template")
    corpus = tmp_path / "articles"
    corpus.mkdir()
    for name, text in ARTICLES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    done = installed.run(
        "briefing", "now", "--corpus", "articles", "--format", "pdf", "--out", "out", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (printed,) = done.stdout.splitlines()
    made = tmp_path / printed
    assert made.parent == tmp_path / "out"
    assert made.read_bytes().startswith(b"%PDF-")
    assert "Traceback" not in done.stderr


def test_help_names_the_commands(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("briefing", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "now" in done.stdout
    assert "doctor" in done.stdout
