"""The sample corpus is what it says: three languages, our own words, no real publisher.

`corpus/` holds articles that were written for this project, so that a first `briefing now` has
something to read. They report public events of 2024 and 2025 between China and Russia, for outlets
that do not exist, at addresses under `.example`, which nobody can register.

What is in it, and what each part is for:

- one event from several outlets and in all three languages: the Moscow talks of May 2025 and the
  Beijing talks of September 2025; in two languages: the visit of May 2024, the telephone call of
  February 2025, the naval drill of August 2025 and the summit in Tianjin;
- one agency text that a second outlet carries nearly word for word, with its credit line
  (`2025-09/power-of-siberia-2.md` and `2025-09/gas-memorandum-estuary.txt`);
- off topic, in `culture/`: a place name that holds "China", a domestic story of one side, and a
  chess report that names both sides in passing;
- every form that the folder source reads: Markdown with front matter, HTML with `<meta>`, text
  with header lines, text that begins with a bare headline, and one with a paragraph instead;
- page furniture such as captions, bylines, datelines, share lines and language switches.

There is no README beside the articles, because the folder source would read it as one of them.
Quotation marks hold short, widely published phrases only; all else is indirect speech.
"""

import re
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import lxml.html
import pytest
import yaml

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
#: Other people's news texts, which may lie beside the checkout and must not be copied from.
FOREIGN = Path(__file__).resolve().parents[2] / "shared" / "corpus"

FILES = tuple(sorted(path for path in CORPUS.rglob("*") if path.is_file()))
#: How many words in a row may not be shared with another text; for Chinese, characters.
RUN = 10
RUN_HAN = 20

_HAN = re.compile(r"[\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HOST = re.compile(r"(?:https?://|www\.)([^\s/<>\"')]+)")
#: Host names written out without a scheme; the list holds the endings that publishers use.
_DOMAIN = re.compile(
    r"\b[\w-]+\.(?:com|org|net|info|news|ru|cn|uk|eu|hk|tv|io|рф)\b", re.IGNORECASE
)


def body(path: Path) -> str:
    """Return the running text of a sample: no front matter, no markup, no page head."""
    raw = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        found = lxml.html.fromstring(raw.encode("utf-8")).find("body")
        assert found is not None, f"{path.name} has no body"
        return "\n".join(str(piece) for piece in found.itertext())
    return _FRONT.sub("", raw)


def script(text: str) -> str:
    """Return the language that most letters of a text belong to; a Han character counts thrice."""
    counts = {
        "zh": 3 * len(_HAN.findall(text)),
        "ru": len(_CYRILLIC.findall(text)),
        "en": len(_LATIN.findall(text)),
    }
    return max(counts, key=lambda language: counts[language])


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of RUN words, and of RUN_HAN Chinese characters, regardless of marks."""
    words = re.findall(r"[^\W_]+", text.lower())
    han = _HAN.findall(text)
    found = {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}
    return found | {tuple(han[i : i + RUN_HAN]) for i in range(len(han) - RUN_HAN + 1)}


def share(one: Path, other: Path) -> float:
    """Return the part of the runs of the shorter text that the other has too, 0 to 1."""
    first, second = runs(body(one)), runs(body(other))
    return len(first & second) / min(len(first), len(second))


def foreign_hosts(text: str) -> list[str]:
    """Return the host names in a text that are not reserved for examples."""
    hosts = [host.rstrip(".,;:").split(":")[0] for host in _HOST.findall(text)]
    named = [host for host in hosts if not host.endswith((".example", "example.org"))]
    return named + [name for name in _DOMAIN.findall(text) if name.lower() != "example.org"]


def named(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


def test_the_samples_are_many_enough_and_in_every_form() -> None:
    assert len(FILES) >= 14
    assert {path.suffix for path in FILES} == {".txt", ".md", ".html"}
    assert any(path.parent != CORPUS for path in FILES)


def test_the_samples_are_in_three_languages() -> None:
    languages = [script(body(path)) for path in FILES]
    assert languages.count("en") >= 8
    assert languages.count("zh") >= 3
    assert languages.count("ru") >= 3


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_sample_is_clean_utf8_of_article_length(path: Path) -> None:
    raw = path.read_bytes()
    text = body(path)
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert "\ufffd" not in text
    if script(text) == "zh":
        assert 300 <= len(_HAN.findall(text)) <= 700
    else:
        assert 180 <= len(re.findall(r"[^\W_]+", text)) <= 450


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".md"], ids=named)
def test_front_matter_parses_and_is_complete(path: Path) -> None:
    found = _FRONT.match(path.read_text(encoding="utf-8"))
    assert found, "no front matter"
    fields = yaml.safe_load(found[1])
    assert set(fields) == {"title", "date", "url", "outlet", "language"}
    assert fields["language"] == script(body(path))
    assert isinstance(fields["date"], datetime), "a full time is expected"
    assert fields["date"].tzinfo is not None, "a time without a zone"
    assert fields["url"].startswith("https://")


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".html"], ids=named)
def test_a_page_names_title_outlet_time_address_and_language(path: Path) -> None:
    root = lxml.html.fromstring(path.read_bytes())
    meta = {m.get("property"): m.get("content") for m in root.iter("meta") if m.get("property")}
    link = root.xpath("string(//link[@rel='canonical']/@href)")
    assert set(meta) == {"og:title", "og:site_name", "article:published_time"}
    assert datetime.fromisoformat(str(meta["article:published_time"])).tzinfo is not None
    assert str(link).startswith("https://")
    assert str(root.get("lang"))[:2] == script(body(path))


def test_text_files_come_with_header_lines_and_without() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".txt"]
    headed = [text for text in texts if text.startswith("Title: ")]
    bare = [text for text in texts if not text.startswith("Title: ")]
    assert headed
    for text in headed:
        fields = dict(line.split(": ", 1) for line in text.split("\n\n")[0].splitlines())
        assert set(fields) == {"Title", "Date", "Source", "URL"}
        date.fromisoformat(fields["Date"])
    openings = [len(text.splitlines()[0].split()) for text in bare]
    assert min(openings) <= 12, "one begins with a headline"
    assert max(openings) >= 40, "one begins with a paragraph"


def test_one_agency_text_is_carried_by_two_outlets_and_no_other_is() -> None:
    copies = [
        {named(one), named(other)}
        for one, other in combinations(FILES, 2)
        if share(one, other) > 0.05
    ]
    assert copies == [{"2025-09/gas-memorandum-estuary.txt", "2025-09/power-of-siberia-2.md"}]
    one, other = (CORPUS / name for name in sorted(copies[0]))
    assert 0.5 < share(one, other) < 1, "nearly word for word, but not the same text"
    assert "(Harbour Wire)" in body(one)


def test_page_furniture_is_among_the_samples() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    for furniture in (
        "FILE PHOTO: ",
        "Follow us on:",
        "Original Source: www.",
        "• en",
        "newsletter",
        "Share",
        "图为",
        "Фото: ",
        "(Harbour Wire) --",
        "МОСКВА, 8 мая. /Восточный обзор/",
        "北桥新闻北京9月2日电",
    ):
        assert furniture in text, furniture


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_real_publisher_is_addressed(path: Path) -> None:
    assert foreign_hosts(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "url: https://real-daily.com/a",
        "Original Source: www.real-daily.net",
        "see real-daily.ru.",
        "https://harbourwire.example.com/a",
        "https://example.organ/",
    ],
)
def test_a_real_address_would_be_found(text: str) -> None:
    assert foreign_hosts(text)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_sentence_is_taken_from_other_peoples_texts(path: Path) -> None:
    if not FOREIGN.is_dir():
        pytest.skip("no folder of other people's texts beside the checkout")
    mine = runs(body(path))
    others = sorted(FOREIGN.rglob("*.txt"))
    assert others
    for other in others:
        common = mine & runs(other.read_text(encoding="utf-8", errors="replace"))
        assert not common, f"shared with {other.name}: {min(common)}"


@pytest.mark.parametrize("name", ["2025-05/xi-in-moscow.html", "2025-05/mosike-huitan.txt"])
def test_a_copied_sentence_would_be_found(name: str) -> None:
    text = body(CORPUS / name)
    sentence = max(re.split(r"[.。\n]", text), key=len)
    assert runs(f"Other words stand here. {sentence}. 另外一句。") & runs(text)
