"""What every package and module of this project keeps to."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("service", "feeds", "summarizers", "templates")
MODULES = sorted(
    path for name in (*PACKAGES, "tests", "benchmarks") for path in (ROOT / name).rglob("*.py")
)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_has_at_most_400_lines_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert not text.strip() or text.lstrip().startswith(('"""', 'r"""', "#!")), "no docstring"
    assert "TODO" not in text or path == Path(__file__)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_our_own_and_lies_beside_the_others(name: str) -> None:
    package = importlib.import_module(name)
    assert len(package.__path__) == 1, "a stranger's folder of the same name was merged in"
    others = {Path(importlib.import_module(p).__path__[0]).parent for p in PACKAGES}
    assert others == {Path(package.__path__[0]).parent}
    assert (Path(package.__path__[0]) / "py.typed").exists()


def test_nothing_but_what_belongs_there_lies_at_the_top() -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout, or no git here to ask")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    known = {
        *PACKAGES,
        *("tests", "corpus", "docs", "benchmarks", "run", "Dockerfile", "pyproject.toml"),
        *("README.md", "CHANGELOG.md", "LICENSE", "requirements.txt"),
        *(".ci", ".gitignore", ".dockerignore"),
    }
    assert top <= known


#: Each of these takes a tenth of a second or more to import.
HEAVY = (
    *("aiohttp", "alembic", "feedparser", "lxml", "numpy", "pydantic", "rich", "scipy"),
    *("sqlalchemy", "sumy", "trafilatura", "typer", "weasyprint"),
)


def test_the_help_page_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['briefing', '--help']\n"
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(','.join(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split(","))
    assert not loaded & set(HEAVY)


#: Where a heavy library may be imported.
OWNERS = {
    # The second one asks it for its tables of names, so that both read a feed alike.
    "feedparser": ("feeds/elements.py", "feeds/syndication.py"),
    # The first reads from strangers, the second posts to programs of the operator's own.
    "aiohttp": ("feeds/fetch.py", "service/delivery/webhook.py"),
    "aiosmtplib": ("service/delivery/dialling.py", "service/delivery/smtp.py"),
    "sumy": ("summarizers/sumy_adapter.py",),
    "weasyprint": ("service/render/pdf.py",),
    "jinja2": ("service/render/environment.py",),
}


@pytest.mark.parametrize(("library", "owners"), OWNERS.items())
def test_a_library_has_its_owner(library: str, owners: tuple[str, ...]) -> None:
    importing = re.compile(rf"^\s*(?:import|from) {library}\b", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in PACKAGES and importing.search(path.read_text("utf-8"))
    }
    assert found == set(owners)
