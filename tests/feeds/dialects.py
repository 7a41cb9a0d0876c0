"""The same articles, written by rule in every dialect of feeds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

HOME = "https://example.org/"
#: How markup may stand in an element.
ESCAPED, CDATA = "escaped", "cdata"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An article as its publisher has it."""

    title: str
    paragraphs: tuple[str, ...]
    link: str
    guid: str
    date: datetime

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def html(self) -> str:
        return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A way to write articles as a feed."""

    name: str
    #: Articles and the form of markup -> the document, without an XML declaration.
    write: Callable[[Sequence[Written], str], str]
    guid: bool = True
    date: bool = True

    @property
    def xml(self) -> bool:
        return not self.name.startswith("JSON")

    def __str__(self) -> str:
        return self.name


def markup(html: str, form: str) -> str:
    return f"<![CDATA[{html}]]>" if form == CDATA else escape(html)


def _rss(version: str, *, guid: bool, date: bool, encoded: bool) -> Dialect:
    def item(one: Written, form: str) -> str:
        body = markup(one.html, form)
        parts = [f"<title>{escape(one.title)}</title><link>{escape(one.link)}</link>"]
        parts += [f'<guid isPermaLink="false">{escape(one.guid)}</guid>'] if guid else []
        parts += [f"<pubDate>{format_datetime(one.date)}</pubDate>"] if date else []
        parts += (
            [f"<description>Short.</description><content:encoded>{body}</content:encoded>"]
            if encoded
            else [f"<description>{body}</description>"]
        )
        return f"<item>{''.join(parts)}</item>"

    def write(articles: Sequence[Written], form: str) -> str:
        head = f'<rss version="{version}" {_CONTENT}><channel><title>Example</title>'
        items = "".join(item(one, form) for one in articles)
        return f"{head}<link>{HOME}</link>{items}</channel></rss>"

    name = f"RSS {version}{' encoded' if encoded else ''}"
    return Dialect(name=name, write=write, guid=guid, date=date)


def _rdf(version: str, space: str, *, date: bool) -> Dialect:
    def item(one: Written, form: str) -> str:
        about = f" rdf:about={quoteattr(one.guid)}" if date else ""
        day = f"<dc:date>{one.date.isoformat()}</dc:date>" if date else ""
        return (
            f"<item{about}><title>{escape(one.title)}</title><link>{escape(one.link)}</link>{day}"
            f"<description>{markup(one.html, form)}</description></item>"
        )

    def write(articles: Sequence[Written], form: str) -> str:
        head = f'<rdf:RDF xmlns:rdf="{_RDF}" xmlns="{space}" {_DC}>'
        channel = f"<channel><title>Example</title><link>{HOME}</link></channel>"
        return f"{head}{channel}{''.join(item(one, form) for one in articles)}</rdf:RDF>"

    return Dialect(name=f"RSS {version}", write=write, guid=date, date=date)


def _atom(version: str, space: str, dates: str, html: str, *, xhtml: bool = False) -> Dialect:
    def item(one: Written, form: str) -> str:
        day = one.date.isoformat()
        body = f"<content {html}>{markup(one.html, form)}</content>"
        if xhtml:
            body = (
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
                f"{one.html}</div></content>"
            )
        return (
            f"<entry><title>{escape(one.title)}</title>"
            f"<link rel='alternate' type='text/html' href={quoteattr(one.link)}/>"
            f"<id>{escape(one.guid)}</id><{dates}>{day}</{dates}>{body}</entry>"
        )

    def write(articles: Sequence[Written], form: str) -> str:
        attribute = ' version="0.3"' if version == "0.3" else ""
        head = f'<feed xmlns="{space}"{attribute}><title>Example</title>'
        link = f"<link rel='alternate' type='text/html' href='{HOME}'/>"
        return f"{head}{link}{''.join(item(one, form) for one in articles)}</feed>"

    return Dialect(name=f"Atom {version}{' xhtml' if xhtml else ''}", write=write)


def _json(version: str, *, plain: bool = False) -> Dialect:
    def item(one: Written) -> dict[str, object]:
        body = {"content_text": one.text} if plain else {"content_html": one.html}
        facts: dict[str, object] = {
            "id": one.guid,
            "url": one.link,
            "title": one.title,
            "summary": "Short.",
        }
        return facts | {"date_published": one.date.isoformat()} | body

    def write(articles: Sequence[Written], _form: str) -> str:
        head = {
            "version": f"https://jsonfeed.org/version/{version}",
            "title": "Example",
            "home_page_url": HOME,
        }
        whole = head | {"items": [item(one) for one in articles]}
        return json.dumps(whole, ensure_ascii=False)

    return Dialect(name=f"JSON {version}{' plain' if plain else ''}", write=write)


DIALECTS: tuple[Dialect, ...] = (
    _rdf("0.90", "http://my.netscape.com/rdf/simple/0.9/", date=False),
    _rss("0.91", guid=False, date=False, encoded=False),
    _rss("0.92", guid=False, date=True, encoded=False),
    _rdf("1.0", "http://purl.org/rss/1.0/", date=True),
    _rss("2.0", guid=True, date=True, encoded=False),
    _rss("2.0", guid=True, date=True, encoded=True),
    _atom("0.3", "http://purl.org/atom/ns#", "issued", 'type="text/html" mode="escaped"'),
    _atom("1.0", "http://www.w3.org/2005/Atom", "published", 'type="html"'),
    _atom("1.0", "http://www.w3.org/2005/Atom", "published", "", xhtml=True),
    _json("1"),
    _json("1.1"),
    _json("1.1", plain=True),
)
XML = tuple(dialect for dialect in DIALECTS if dialect.xml)
RSS_2 = next(dialect for dialect in DIALECTS if dialect.name == "RSS 2.0")
ATOM_1 = next(dialect for dialect in DIALECTS if dialect.name == "Atom 1.0")


def _written(number: int, title: str, *paragraphs: str) -> Written:
    return Written(
        title=title,
        paragraphs=paragraphs,
        link=f"https://example.org/news/{number}",
        guid=f"tag:example.org,2025:{number}",
        date=datetime(2025, 5, number, 10, tzinfo=UTC),
    )


ENGLISH = (
    _written(
        8,
        "Ministers & trade: “more than before”",
        "The two ministers met in the capital on Thursday & spoke of trade for three hours.",
        "They agreed to meet again in the autumn — at the latest in October.",
    ),
    _written(
        9,
        "A pipeline's second branch",
        "Work on the second branch of the pipeline began on Friday in the north of the region.",
    ),
)
RUSSIAN = (
    _written(
        8,
        "Министры двух стран обсудили торговлю",
        "Министры двух стран встретились в столице в четверг и три часа говорили о торговле.",
        "Они договорились встретиться ещё раз осенью, не позднее октября.",
    ),
    _written(
        9,
        "Вторая ветка трубопровода",
        "В пятницу на севере области началось строительство второй ветки трубопровода.",
    ),
)
CHINESE = (
    _written(
        8,
        "两国部长讨论贸易问题",
        "两国部长星期四在首都举行会晤，就贸易问题进行了三个小时的会谈。",
        "双方商定今年秋天再次会晤，最晚不迟于十月。",
    ),
    _written(9, "管道第二支线", "管道第二支线星期五在该地区北部正式开工建设，预计明年完工。"),
)
TAIWANESE = (
    _written(
        8,
        "兩國部長討論貿易問題",
        "兩國部長星期四在首都舉行會晤，就貿易問題進行了三個小時的會談。",
        "雙方商定今年秋天再次會晤，最晚不遲於十月。",
    ),
    _written(9, "管道第二支線", "管道第二支線星期五在該地區北部正式開工建設，預計明年完工。"),
)
FRENCH = (
    _written(
        8,
        "Les ministres ont parlé d'échanges",
        "Les deux ministres se sont rencontrés jeudi à la capitale et ont parlé d'échanges.",
        "Ils se reverront à l'automne, au plus tard à la fin du mois d'octobre, a-t-on précisé.",
    ),
    _written(
        9,
        "Une deuxième branche du gazoduc",
        "Les travaux de la deuxième branche ont commencé vendredi au nord de la région.",
    ),
)
