"""Very long texts: every method of ours comes back, with finite scores and in bounded memory.

sumy's own are exempt: they hold n x n numbers, and KL needs minutes at 400 sentences. Times and
memory at 100,000 sentences are in `docs/quality.md`.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from summarizers import get, lexrank, names, summarize
from summarizers.base import Text
from tests.summarizers.texts import generated, units

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(name for name in names() if not name.startswith("sumy:"))
SENTENCE = tuple(f"w{word}" for word in range(12))

#: Scores a long text in a process of its own, and prints the most memory that it had, in MB.
PROBE = """
import resource, sys
import numpy as np
from summarizers import get
from tests.summarizers.texts import generated, units
name, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
words = tuple(f"w{word}" for word in range(12))
text = generated(count, seed=1, vocabulary=30_000) if kind == "drawn" else units([words] * count)
scores = get(name).scores(text)
assert scores.shape == (count,) and np.isfinite(scores).all()
shift = 20 if sys.platform == "darwin" else 10
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> shift)
"""


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(
    "text",
    [generated(3000, seed=1, vocabulary=10_000), units([SENTENCE] * 3000), units([()] * 3000)],
    ids=["drawn", "all equal", "without words"],
)
def test_three_thousand_sentences_are_scored_and_chosen_from(name: str, text: Text) -> None:
    scores = get(name).scores(text)
    assert scores.shape == (3000,)
    assert np.isfinite(scores).all()
    chosen = summarize(name, text, sentences=4)
    distinct = {text.units[index].words for index in chosen}
    assert len(distinct) == len(chosen) or distinct == {()}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["drawn", "equal"])
@pytest.mark.parametrize("name", OURS)
def test_twenty_thousand_sentences_take_less_than_a_gigabyte(name: str, kind: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROBE, name, kind, "20000"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert int(found.stdout) < 1000


def test_beyond_the_products_that_lexrank_works_out_sentences_score_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = units([SENTENCE, *[(f"x{row % 20}", "y") for row in range(400)]])
    whole = get("lexrank").scores(text)
    monkeypatch.setattr(lexrank, "_MOST_PRODUCTS", 1000)
    monkeypatch.setattr(lexrank, "_BLOCK", 16)
    cut = get("lexrank").scores(text)
    assert (whole[1:] > 0).all()
    assert (cut[1:17] > 0).all()
    assert (cut[200:] == 0).all()


@pytest.mark.parametrize(("block", "products"), [(1, 1), (7, 8_000_000), (1024, 300)])
def test_blocks_do_not_change_what_lexrank_says(
    block: int, products: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = generated(150, seed=4)
    whole = get("lexrank").scores(text)
    monkeypatch.setattr(lexrank, "_BLOCK", block)
    monkeypatch.setattr(lexrank, "_BLOCK_PRODUCTS", products)
    assert get("lexrank").scores(text) == pytest.approx(whole, abs=1e-12)
