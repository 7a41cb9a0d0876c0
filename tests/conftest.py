"""What many tests need: a desk of their own with a small corpus, and a store of each engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.postgres.given import ENGINES, database

BRIDGE = (
    "Second rail bridge over the Amur opens\n\n"
    "China and Russia opened a second rail bridge over the Amur river on Thursday morning. "
    "The crossing near the town of Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear goods trains around the clock from December. "
    "Traders in Blagoveshchensk said that queues for lorries had reached four days in October.\n"
)
GAS = (
    "---\ntitle: Gas talks end without a deal\ndate: 2026-03-02T08:00:00Z\n"
    "url: https://wire.example/gas\noutlet: Harbour Wire\nlanguage: en\n---\n\n"
    "Negotiators from Russia and China ended a third day of talks on gas without a price. "
    "Both delegations agreed to meet again in Harbin before the end of the year. "
    "The pipeline under discussion would supply fifty billion cubic metres a year. "
    "Officials of the two energy companies declined to name a date for a first delivery.\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus of two articles, as the home of every default path."""
    monkeypatch.setenv("BRIEFING_HOME", str(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772500000")
    monkeypatch.chdir(tmp_path)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (corpus / "gas.md").write_text(GAS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def briefing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command as from a shell; return its exit code, stdout and stderr."""
    from service.cli import main

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["briefing", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        code = left.value.code
        return (code if isinstance(code, int) else 0 if code is None else 1), out, err

    return run


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a new, empty database for one test."""
    with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store
