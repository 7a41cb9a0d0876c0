"""PostgreSQL finds what SQLite finds, in the same order."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.store import Store, search
from tests.delivering.given import issue
from tests.postgres.given import ENGINES, opened
from tests.store.given import entry, hour, record

WORDS = (
    *("gas", "EU", "G7", "the", "timber", "100%", "a_b", "c\\d", "it's", '"', "new ties"),
    *("газ", "ЕС", "ёлка", "елка", "Амур", "мост через Амур"),
    *("中国", "俄罗斯", "油", "石油管道", "ＥＵ"),
)
TEXTS = [" ".join(WORDS[n % 5 :: 1 + n % 4]) + f" story {n}." for n in range(12)]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    with ExitStack() as held:
        made = []
        for engine in ENGINES:
            folder: Path = tmp_path_factory.mktemp(engine)
            store = held.enter_context(opened(engine, folder))
            for number, text in enumerate(TEXTS):
                title = WORDS[number % len(WORDS)]
                one = entry(f"k{number}", text, title=title)
                record(store, one, at=hour(number))
            issue(store)
            with store.write() as db:
                while search.catch_up(db, most=5):
                    pass
                assert not search.behind(db)
            made.append(store)
        yield made[0], made[1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    question=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
    | st.sampled_from(WORDS).map('"{}"'.format),
    limit=st.integers(1, 6),
    offset=st.integers(0, 5),
)
def test_any_question_is_answered_alike(
    both: tuple[Store, Store], question: str, limit: int, offset: int
) -> None:
    wanted = search.terms(question)
    answers = []
    for store in both:
        with store.read() as db:
            answers.append(search.find(db, wanted, kind="article", limit=limit, offset=offset))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("question", ["timber", "EU", "газ", "елка", "中国", "油", "a_b", "100%"])
def test_each_kind_of_word_is_found(both: tuple[Store, Store], question: str) -> None:
    for store in both:
        with store.read() as db:
            assert search.find(db, search.terms(question), kind="article", limit=5)


def test_a_sign_that_stands_for_others_in_sql_stands_for_itself(
    both: tuple[Store, Store],
) -> None:
    for store in both:
        with store.read() as db:
            for question in ("a%b", "aXb", "___", "%%%", "c_d"):
                assert search.find(db, search.terms(question), kind="article", limit=5) == ()


def test_issues_are_found_among_issues(both: tuple[Store, Store]) -> None:
    with both[0].read() as one, both[1].read() as two:
        wanted = search.terms("pipeline")
        found = [search.find(db, wanted, kind="issue", limit=5) for db in (one, two)]
    assert found[0] == found[1]
