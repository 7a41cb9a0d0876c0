"""`briefing now` on 5, 100 and 1,000 articles, step by step, beside WeasyPrint alone.

The floor of the render step is bare WeasyPrint, as it comes, on an unstyled page of the same text
with the same fonts, in the same process: no classes, no charts, no tags, no attached data. What the
design, the charts, the accessibility and our own work add is the ratio that is printed.
"""

import asyncio
import random
import re
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from service import pipeline, settings
from service.app import App
from service.model import Brief
from service.progress import timed
from service.render import html

SIZES = (5, 100, 1000)
PLACES = ("Harbin", "Heihe", "Vladivostok", "Irkutsk", "Dalian", "Khabarovsk", "Manzhouli", "Chita")
GOODS = ("gas", "coal", "timber", "grain", "fertiliser", "machinery", "fish", "copper", "steel")
BODIES = ("customs service", "port authority", "railway", "energy company", "trade ministry")
ACTS = ("opened", "signed", "delayed", "expanded", "closed", "inspected", "financed", "measured")


class Stopwatch:
    """Hears the steps of a run and adds up the seconds of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def step(self, name: str) -> AbstractContextManager[None]:
        return timed(name, self._took)

    def _took(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds


def write_corpus(folder: Path, size: int, seed: int = 1) -> None:
    """Write `size` invented articles of eight sentences on China and Russia, three to a story."""
    draw = random.Random(seed)
    folder.mkdir(parents=True)
    for number in range(size):
        story = random.Random(number // 3)
        place, good = story.choice(PLACES), story.choice(GOODS)
        share = story.randint(2, 97)
        lines = [
            f"The {draw.choice(BODIES)} of China and Russia {draw.choice(ACTS)} a crossing for "
            f"{good} at {place} on day {number // 3} of the season, officials said.",
            f"Deliveries of {good} through {place} rose by {share} percent in the year.",
        ]
        lines += [
            f"A delegate from {draw.choice(PLACES)} said that {draw.choice(GOODS)} worth "
            f"{draw.randint(2, 900)} million yuan would pass the {draw.choice(BODIES)} by "
            f"month {draw.randint(1, 12)}."
            for _ in range(6)
        ]
        text = f"Crossing for {good} at {place}, report {number}\n\n" + " ".join(lines) + "\n"
        (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")


def main(words: Sequence[str]) -> None:
    """Print seconds per step for each size, and the render step beside its floor."""
    print(
        f"{'articles':>8}  {'collect':>8} {'select':>8} {'compose':>8} {'render':>8} "
        f"{'store':>8} {'all':>8}   {'WeasyPrint':>10} {'ratio':>6}"
    )
    _once(5)  # imports, fonts and caches are not what is compared
    for size in SIZES:
        seconds, floor = _once(size)
        steps = " ".join(f"{seconds[n]:8.2f}" for n in STEPS)
        total = sum(seconds.values())
        print(f"{size:>8}  {steps} {total:8.2f}   {floor:10.2f} {seconds['render'] / floor:6.2f}")


STEPS = ("collect", "select", "compose", "render", "store")


def _once(size: int) -> tuple[dict[str, float], float]:
    """Return the seconds of each step, and of WeasyPrint alone on the same page."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        write_corpus(home / "corpus", size)
        with App(settings.load(None, home=home)) as desk:
            order = desk.order(
                edition="bench",
                formats=("pdf",),
            )
            reads = asyncio.run(desk.collect(watch))
            made = pipeline.publish(
                desk.store, desk.feeds, reads, desk.profile, order, progress=watch
            )
    return watch.seconds, _floor(made.brief)


def _floor(brief: Brief) -> float:
    """Return the seconds that WeasyPrint takes for an unstyled page of the text, called plainly."""
    import weasyprint

    markup = re.sub(r"<svg.*?</svg>| class=\"[^\"]*\"", "", html.paper(brief), flags=re.DOTALL)
    style = "html { font: 10.5pt/5mm 'Brief Serif', 'Brief CJK' } @page { size: A4 }"
    begin = time.perf_counter()
    weasyprint.HTML(string=markup).write_pdf(stylesheets=[weasyprint.CSS(string=style)])
    return time.perf_counter() - begin
