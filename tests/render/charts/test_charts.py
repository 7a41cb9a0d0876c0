"""The pictures: the same bytes each time, text as text, nothing that reaches out of them."""

import io
import re
import struct
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from service.render import charts
from service.render.charts import Chart, drawing
from service.render.charts.figures import Figure, Series
from tests import builders

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures() -> tuple[Chart, ...]:
    return charts.charts(builders.brief(), "svg")


def words(chart: Chart) -> list[str]:
    return [text.text or "" for text in etree.fromstring(chart.data).iter(f"{SVG}text")]


def bars(labels: tuple[str, ...], *, stacked: bool = False, count: int = 1) -> Figure:
    values = tuple(range(1, len(labels) + 1))
    series = tuple(Series(name=f"Series {n}", values=values, fill=n) for n in range(count))
    return Figure(
        name="x", title="t", alt="a", head="h", labels=labels, series=series, stacked=stacked
    )


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb", as WCAG 2.2 has it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_numbers_and_labels_of_a_picture_are_text_in_it(pictures: tuple[Chart, ...]) -> None:
    for chart in pictures[1:]:
        shown = words(chart)
        for row in chart.table[1:]:
            assert set(row) <= set(shown)
        assert set(chart.table[0][1:]) <= set(shown)
    days = words(pictures[0])
    assert {"State media (China)", "Other outlets", "11-18", "11-20", "7"} <= set(days)


def test_text_is_set_in_our_fonts(pictures: tuple[Chart, ...]) -> None:
    for chart in pictures:
        for text in etree.fromstring(chart.data).iter(f"{SVG}text"):
            assert text.get("font-family") == "'Brief Sans', 'Brief CJK'"


def test_a_picture_is_named_by_its_text_alternative(pictures: tuple[Chart, ...]) -> None:
    for chart in pictures:
        root = etree.fromstring(chart.data)
        assert root[0].tag == f"{SVG}title"
        assert root[0].text == chart.alt
        assert root.get("role") == "img"


def test_a_picture_holds_nothing_that_reaches_into_the_page_around_it(
    pictures: tuple[Chart, ...],
) -> None:
    ids: list[str] = []
    for chart in pictures:
        text = chart.data.decode("utf-8")
        assert not re.search(r"<style|style=|<!DOCTYPE|<\?xml|<metadata|<script|href=\"http", text)
        assert "<rdf" not in text
        ids += re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_issue_gives_the_same_bytes_in_another_process(form: str) -> None:
    script = (
        "import hashlib, sys; from service.render import charts; from tests import builders;"
        "made = charts.charts(builders.brief(), sys.argv[1]);"
        "print(*(hashlib.sha256(chart.data).hexdigest() for chart in made))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script, form], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(found) == 1
    assert len(found.pop().split()) == 3


def test_a_png_has_two_pixels_for_each_of_its_size() -> None:
    for chart in charts.charts(builders.brief(), "png"):
        width, height = struct.unpack(">II", chart.data[16:24])
        assert (width, height) == pytest.approx((2 * chart.width, 2 * chart.height), abs=2)
        assert b"Software" not in chart.data


def test_the_fills_differ_in_lightness_so_that_they_hold_in_grey() -> None:
    found = [luminance(colour) for colour in drawing.FILLS]
    assert found == sorted(found)
    for dark, light in pairwise(found):
        # WCAG 2.2 asks for 3 : 1 between a bar and what it lies on; these lie on each other.
        assert (light + 0.05) / (dark + 0.05) > 1.8
    assert 1.05 / (found[0] + 0.05) > 3


def test_more_countries_than_colours_are_hatched_each_in_its_own_way() -> None:
    data, _, _ = drawing.draw(bars(("a", "b", "c"), stacked=True, count=6), "svg")
    patterns = re.findall(rb"<pattern.*?</pattern>", data, flags=re.DOTALL)
    assert len(patterns) == len(set(patterns)) == 3


def test_many_days_have_a_date_under_some_of_their_bars() -> None:
    labels = tuple(f"2026-01-{n:02}" for n in range(1, 32))
    data, _, _ = drawing.draw(bars(labels, stacked=True), "svg")
    dates = re.findall(rb">(01-\d\d)<", data)
    assert 4 <= len(dates) <= 8
    assert dates[0] == b"01-01"


def test_dates_of_two_years_keep_their_year() -> None:
    data, _, _ = drawing.draw(bars(("2026-12-31", "2027-01-01", "2027-01-02"), stacked=True), "svg")
    assert b">2026-12-31<" in data
    assert b">2027-01-01<" in data


def test_words_are_never_taken_for_mathematics_or_markup() -> None:
    data, _, _ = drawing.draw(bars(("$x^2$ & <b>", "b", "c")), "svg")
    assert b">$x^2$ &amp; &lt;b&gt;<" in data


def test_numbers_that_are_all_nothing_are_a_picture_too() -> None:
    figure = bars(("a", "b", "c"))
    still = replace(figure, series=(replace(figure.series[0], values=(0, 0, 0)),))
    data, _, _ = drawing.draw(still, "svg")
    assert data.count(b">0<") == 3


def test_a_picture_that_cannot_be_drawn_is_left_out_with_its_numbers_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    brief = builders.brief()
    actors = tuple(replace(a, name=a.name + " 🌐") for a in brief.coverage.actors)
    found = charts.charts(replace(brief, coverage=replace(brief.coverage, actors=actors)), "svg")
    assert [bool(chart.data) for chart in found] == [True, True, False]
    assert found[2].table[1] == ("Jilin Port Group 🌐", "4", "1")
    assert "chart not drawn name=actors form=svg" in caplog.text


def test_without_pictures_an_issue_has_the_same_tables(pictures: tuple[Chart, ...]) -> None:
    bare = charts.unpictured(builders.brief())
    assert [chart.table for chart in bare] == [chart.table for chart in pictures]
    assert not any(chart.data for chart in bare)


def test_nothing_is_imported_for_an_issue_without_a_chart() -> None:
    script = (
        "import sys; from service.render import charts; from tests import builders;"
        "assert charts.charts(builders.quiet(), 'svg') == ();"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_no_word_of_a_picture_reaches_over_its_edge() -> None:
    long = bars(("China National Petroleum Corporation", "b", "Многосторонние форматы"), count=6)
    for form in (long, replace(long, stacked=True)):
        data, width, _ = drawing.draw(form, "png")
        with Image.open(io.BytesIO(data)) as picture:
            edge = np.asarray(picture.convert("L"))[:, [0, -1]]
        assert width == 400
        # The line on which bars stand reaches from edge to edge.
        assert (edge < 128).sum() <= 4


def test_the_keys_of_many_series_stand_in_several_rows_without_touching() -> None:
    data, _, _ = drawing.draw(bars(("a", "b", "c"), stacked=True, count=9), "svg")
    keys = [t for t in etree.fromstring(data).iter(f"{SVG}text") if "Series" in (t.text or "")]
    places = [(float(t.get("y", "")), float(t.get("x", ""))) for t in keys]
    assert len(set(places)) == 9
    assert len({y for y, _ in places}) > 1
    for (row, x), (next_row, next_x) in pairwise(places):
        assert next_row > row or next_x > x + 20
