"""Pages set in a process that can be killed: the same bytes, and an end to every bomb."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from service.errors import PageError
from service.model import Brief
from service.render import pdf, render
from service.render.sheet import Sheet
from service.render.worker import Limits, Press
from tests import builders
from tests.render import jobs

#: CPU is counted, so that a busy machine changes nothing; a page of the tests takes less than one.
SHORT = Limits(cpu_s=4, memory_bytes=1024 << 20)


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(SHORT) as made:
        yield made


def test_the_bytes_are_those_of_a_document_that_is_set_here(press: Press) -> None:
    brief, sheet = builders.quiet(), Sheet(size="Letter", archival=True)
    assert press.document(brief, sheet) == pdf.document(brief, sheet)
    assert press.run(jobs.whoami) != os.getpid()


def test_render_has_the_pdf_set_by_the_press_it_is_given(press: Press) -> None:
    asked = []

    class Noted(Press):
        def document(self, brief: Brief, sheet: Sheet | None = None) -> bytes:
            asked.append(sheet)
            return press.document(brief, sheet)

    brief = builders.quiet()
    made = render(brief, ("pdf", "txt"), press=Noted())
    assert asked == [None]
    assert made == render(brief, ("pdf", "txt"))


def test_nothing_is_started_before_it_is_needed_and_one_process_sets_all() -> None:
    with Press(SHORT) as press:
        states = [press.started]
        press.start()
        states.append(press.started)
        assert press.run(jobs.whoami) == press.run(jobs.whoami)
    assert [*states, press.started] == [False, True, False]


def test_a_page_that_takes_too_much_cpu_is_stopped_and_the_next_one_is_set(press: Press) -> None:
    begin = time.monotonic()
    with pytest.raises(PageError, match=r"took more than 4 s of CPU and was stopped$"):
        press.run(jobs.page, jobs.ENDLESS)
    # Far below the 90 s of the clock, on the busiest of machines.
    assert time.monotonic() - begin < 60
    assert press.run(jobs.page, "one").startswith(b"%PDF-")


def test_a_page_that_takes_too_long_by_the_clock_is_stopped() -> None:
    with Press(Limits(wall_s=1.0)) as press:
        before = press.run(jobs.whoami)
        with pytest.raises(PageError, match=r"took more than 1 s and was stopped$"):
            press.run(jobs.idle)
        assert press.run(jobs.whoami) != before


def test_a_page_nested_too_deeply_is_refused_and_costs_no_process(press: Press) -> None:
    before = press.run(jobs.whoami)
    with pytest.raises(PageError, match="nested too deeply"):
        press.run(jobs.page, "<div>" * 600)
    assert press.run(jobs.whoami) == before


def test_a_page_that_takes_too_much_memory_is_stopped(press: Press) -> None:
    with pytest.raises(PageError, match=r"too much memory, more than 1024 MB, and was stopped$"):
        press.run(jobs.hoard)
    assert press.run(jobs.whoami) != os.getpid()


def test_a_crash_is_told_as_such(press: Press) -> None:
    with pytest.raises(PageError, match="ended its process \\(SIGSEGV\\)"):
        press.run(jobs.crash)


def test_a_process_that_is_killed_while_idle_costs_no_document(press: Press) -> None:
    os.kill(press.run(jobs.whoami), signal.SIGKILL)
    assert press.run(jobs.whoami) != os.getpid()


def test_a_document_that_is_refused_says_why(press: Press) -> None:
    with pytest.raises(PageError, match="no glyph") as caught:
        press.document(builders.quiet(marking="🚀"))
    assert caught.value.template == "brief/paper.html"


def test_a_bug_stays_a_bug_and_says_where_it_is(press: Press) -> None:
    with pytest.raises(TypeError, match="a bug") as caught:
        press.run(jobs.mistaken)
    assert "jobs.py" in caught.value.__notes__[0]


@pytest.mark.parametrize("job", [jobs.connect, jobs.start])
def test_the_network_and_programs_are_out_of_reach(press: Press, job: Callable[[], None]) -> None:
    with pytest.raises(PageError, match="tried to reach out"):
        press.run(job)


def test_a_process_is_replaced_after_its_share_of_documents() -> None:
    with Press(Limits(documents=1)) as press:
        assert press.run(jobs.whoami) != press.run(jobs.whoami)


def test_a_press_that_was_closed_can_be_used_again() -> None:
    press = Press(SHORT)
    press.close()
    before = press.run(jobs.whoami)
    press.close()
    after = press.run(jobs.whoami)
    press.close()
    assert before != after


def test_no_process_is_left_when_the_context_was_left() -> None:
    with Press(SHORT) as press:
        pid = press.run(jobs.whoami)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
    pytest.fail("the process is still there")
