"""Each vectorised method chooses what sumy's chooses, on the same words.

Where two scores are equal but for the last digits, either sentence may come first, since sums run
in another order: then both orders are checked against the method's definition, step by step.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest

from summarizers import get
from summarizers.base import Scores, Text
from summarizers.text import prepare
from tests.summarizers.texts import CHINESE, ENGLISH, RUSSIAN, article, generated, units

METHODS = ("lexrank", "textrank", "lsa", "luhn", "kl", "sumbasic", "reduction")
SAMPLES = Path(__file__).resolve().parents[2] / "corpus"
SHARED = Path(__file__).resolve().parents[2] / "../shared/corpus"


def agree(name: str, text: Text) -> bool:
    """Return whether our scores are sumy's; for ranks, whether both take a best one each time."""
    ours, theirs = get(name).scores(text), get(f"sumy:{name}").scores(text)
    if np.allclose(ours, theirs, rtol=1e-9, atol=1e-9):
        return True
    gain = {"kl": divergence_gain, "sumbasic": probability_gain}.get(name)
    return gain is not None and all(takes_the_best(text, s, gain) for s in (ours, theirs))


Gain = Callable[[Text, Sequence[int], int], float]


def takes_the_best(text: Text, ranks: Scores, gain: Gain) -> bool:
    """Return whether each sentence, in order of rank, is a best one given those before it."""
    order = [int(i) for i in np.argsort(-ranks, kind="stable")]
    for step, index in enumerate(order):
        best = max(gain(text, order[:step], other) for other in order[step:])
        if gain(text, order[:step], index) < best - 1e-9 * abs(best):
            return False
    return True


def divergence_gain(text: Text, before: Sequence[int], index: int) -> float:
    """Return minus the divergence of the summary with one more sentence, from its definition."""
    whole = Counter(word for unit in text.units for word in unit.words)
    summary = Counter(word for i in (*before, index) for word in text.units[i].words)
    n, m = whole.total(), summary.total()
    return -sum(whole[w] / n * log(whole[w] / n / (summary[w] / m)) for w in sorted(summary))


def probability_gain(text: Text, before: Sequence[int], index: int) -> float:
    """Return the mean probability of a sentence's words, squared for each time they were said."""
    whole = Counter(word for unit in text.units for word in unit.words)
    said = Counter(word for i in before for word in text.units[i].words)
    row = text.units[index].words
    odds = [(whole[w] / whole.total()) ** (2.0 ** said[w]) for w in row]
    return sum(odds) / len(row) if row else 0.0


def texts() -> dict[str, Text]:
    found = {f"{n} generated": generated(n, seed=n) for n in (2, 7, 25, 60)}
    found["english"] = article(ENGLISH)
    found["russian"] = article(RUSSIAN, "ru")
    found["chinese"] = article(CHINESE, "zh")
    return found


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("text", texts().values(), ids=texts().keys())
def test_scores_are_those_of_sumy(name: str, text: Text) -> None:
    assert agree(name, text)


@pytest.mark.parametrize("name", METHODS)
def test_scores_are_those_of_sumy_on_the_samples(name: str) -> None:
    files = sorted(SAMPLES.rglob("*.txt"))[:6]
    if not files:
        pytest.skip("there are no samples in corpus/ yet")
    for file in files:
        text, _ = prepare([("", file.read_text(encoding="utf-8"))], "en")
        assert agree(name, text), file.name


@pytest.mark.parametrize("name", METHODS)
def test_scores_are_those_of_sumy_on_other_peoples_texts(name: str) -> None:
    files = sorted(SHARED.glob("*.txt"))
    if not files:
        pytest.skip("no folder of other people's texts beside the checkout")
    for file in files:
        text, _ = prepare([("", file.read_text(encoding="utf-8"))], "en")
        assert agree(name, text), file.name


def test_two_equal_sentences_have_a_score_each_where_sumy_has_one_rating_a_text() -> None:
    rows = [["a", "b", "c"], ["a", "d", "e"], ["a", "b", "c"]]
    for name in METHODS:
        scores = get(name).scores(units(rows))
        assert len(scores) == 3
    ranks = get("kl").scores(units(rows))
    assert len(set(ranks.tolist())) == 3


def test_a_text_without_words_scores_zero_where_sumy_divides_by_zero() -> None:
    assert not get("lexrank").scores(units([[], []])).any()


def test_lsa_with_fewer_topics_is_the_decomposition_cut_off() -> None:
    from summarizers.lsa import Lsa

    text = generated(12, seed=3)
    whole, cut = Lsa().scores(text), Lsa(topics=2).scores(text)
    assert np.allclose(Lsa(topics=12).scores(text), whole)
    assert (cut <= whole + 1e-9).all()
    assert not np.allclose(cut, whole)


def test_lsa_without_a_topic_is_refused() -> None:
    from summarizers.lsa import Lsa

    with pytest.raises(ValueError, match="0 topics"):
        Lsa(topics=0)
