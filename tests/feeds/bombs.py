"""Documents that are small and cost much, or lead elsewhere: each made by a few lines.

Sizes are those at which the libraries were measured to take seconds or gigabytes when they are
called plainly, with everything that they offer switched on.
"""

import io
import zipfile
from collections.abc import Callable, Mapping

#: A sentence that every good item holds.
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."


def rss(*items: str, head: str = "", xml: str = "<?xml version='1.0' encoding='utf-8'?>") -> bytes:
    """Return an RSS 2.0 feed with these items' inner markup; head: inside the channel, before."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f"{xml}<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<channel><title>Wire</title>{head}{inner}</channel></rss>"
    ).encode()


def item(key: str, markup: str = LEAD, more: str = "") -> str:
    """Return the inner markup of an item; markup: escaped already; more: further elements."""
    return (
        f"<guid>{key}</guid><title>Title of {key}</title><description>{markup}</description>{more}"
    )


GOOD = item("good")


def external_entity(path: str = "/etc/passwd") -> bytes:
    """Return a feed whose item is the content of a file."""
    kind = f"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file://{path}'>]>"
    return rss(item("bad", "&x;"), GOOD, xml=f"<?xml version='1.0'?>{kind}")


def external_parameter_entity(path: str = "/etc/passwd") -> bytes:
    """Return a feed with a DTD that includes a file."""
    kind = f"<!DOCTYPE rss [<!ENTITY % x SYSTEM 'file://{path}'> %x;]>"
    return rss(GOOD, xml=f"<?xml version='1.0'?>{kind}")


def external_dtd(path: str = "/etc/passwd") -> bytes:
    """Return a feed whose DTD is a file."""
    return rss(GOOD, xml=f"<?xml version='1.0'?><!DOCTYPE rss SYSTEM 'file://{path}'>")


def billion_laughs() -> bytes:
    """Return entities that hold ten of each other, ten deep."""
    lines = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    kind = f"<!DOCTYPE rss [<!ENTITY a0 'ha'>{lines}]>"
    return rss(item("bad", "&a9;"), GOOD, xml=f"<?xml version='1.0'?>{kind}")


def quadratic_blowup(size: int = 50_000) -> bytes:
    """Return one long entity, named as often as it is long."""
    kind = f"<!DOCTYPE rss [<!ENTITY a '{'x' * size}'>]>"
    return rss(item("bad", "&a;" * (size // 3)), GOOD, xml=f"<?xml version='1.0'?>{kind}")


def deep_xml(depth: int = 200_000) -> bytes:
    """Return elements in elements."""
    return rss(GOOD, item("bad", LEAD, "<a>" * depth + "</a>" * depth))


def deep_html(depth: int = 100_000) -> bytes:
    """Return an item of HTML elements in elements."""
    return rss(item("bad", "&lt;b&gt;" * depth), GOOD)


def deep_blocks(depth: int = 39_900) -> bytes:
    """Return an item just below the cap on size, on which the cleaner's time is quadratic."""
    return rss(item("bad", f"<![CDATA[{'<div>' * depth}{LEAD}]]>"), GOOD)


def many_items(count: int = 50_000) -> bytes:
    """Return more items than any feed of news."""
    return rss(*(item(str(number)) for number in range(count)))


def huge_item(size: int = 9 << 20) -> bytes:
    """Return a feed with one item of HTML as large as a body may be."""
    return rss(item("bad", "&lt;p&gt;word &lt;b&gt;bold&lt;/b&gt;" * (size // 38)), GOOD)


def many_attributes(count: int = 200_000) -> bytes:
    """Return one element with attributes, for each of which all others are looked at."""
    attributes = " ".join(f"a{n}='1'" for n in range(count))
    return rss(GOOD, item("bad", LEAD, f"<x {attributes}/>"))


def author(size: int = 62_000) -> bytes:
    """Return an author whose address is nearly one, again and again.

    Two titles are what feedparser has to read: plain feeds are read without it.
    """
    twice = "<title>One</title><title>Two</title>"
    return rss(GOOD, item("bad", LEAD, f"{twice}<author>{'a@' + 'a.' * (size // 2)}!</author>"))


def style(size: int = 200_000) -> bytes:
    """Return a style attribute on which a sanitiser's expression takes for ever."""
    return rss(item("bad", f"&lt;p style=&quot;{'a' * (size - 200)}&quot;&gt;{LEAD}"), GOOD)


def comments(count: int = 40_000) -> bytes:
    """Return comments that are begun and never ended."""
    return rss(item("bad", f"<![CDATA[{'<!--' * count}]]>"), GOOD)


def punycode() -> bytes:
    """Return a feed in an encoding that raises where others are found to be wrong."""
    return rss(GOOD, xml="<?xml version='1.0' encoding='punycode'?>")


def utf7() -> bytes:
    """Return a feed in an encoding that hides markup from everybody but its reader."""
    hidden = "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    return rss(item("bad", hidden), GOOD, xml="<?xml version='1.0' encoding='utf-7'?>")


def control_characters() -> bytes:
    """Return a feed that is not well-formed, with bytes that no store takes."""
    return rss(item("bad\x00\x0b", f"\x00{LEAD}\x0b"), GOOD + "<broken>")


def far_dates() -> bytes:
    """Return dates that are digits only, or of another age."""
    dates = ("1" * 4000, "Mon, 01 Jan 9999 00:00:00 GMT", "0001-01-01", "1" * 100_000)
    return rss(
        *(item(f"bad{n}", LEAD, f"<pubDate>{d}</pubDate>") for n, d in enumerate(dates)), GOOD
    )


def hostile_markup() -> bytes:
    """Return what must leave a title, a link and a text."""
    return rss(
        "<guid>bad</guid><title>A &lt;script&gt;alert(1)&lt;/script&gt;title</title>"
        "<link>javascript:alert(1)</link><description>&lt;img src=&quot;file:///etc/passwd&quot; "
        f"onerror=&quot;alert(1)&quot;&gt;&lt;p&gt;{LEAD}&lt;/p&gt;"
        "&lt;iframe src=&quot;file:///etc/passwd&quot;&gt;&lt;/iframe&gt;</description>",
        GOOD,
    )


#: Bodies that a parser may take for the name of something to open.
PATHS = (b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/feed", b"feed:///etc/passwd")


def page_of(markup: str) -> bytes:
    """Return a web page with this in its body."""
    return f"<html><head><title>T</title></head><body>{markup}</body></html>".encode()


def deep_page(tag: str = "div", depth: int = 100_000) -> bytes:
    """Return a page of elements in elements."""
    return page_of(f"<{tag}>" * depth + LEAD)


def wide_page(count: int = 300_000) -> bytes:
    """Return a page of very many small paragraphs."""
    return page_of("<p>a</p>" * count)


def linked_page(count: int = 60_000) -> bytes:
    """Return a page of links only."""
    return page_of("".join(f"<a href='/{n}'>link {n}</a> " for n in range(count)))


def attributes_page(count: int = 200_000) -> bytes:
    """Return a page with one element of very many attributes."""
    return page_of(f"<p {' '.join(f'a{n}=1' for n in range(count))}>{LEAD}</p>")


def formatted_page(count: int = 50_000) -> bytes:
    """Return a page of formatting that is opened and never closed."""
    return page_of("<p><b><i><u><font>" * (count // 4) + LEAD)


def tables_page(depth: int = 5_000) -> bytes:
    """Return tables in tables."""
    return page_of("<table><tr><td>" * depth + LEAD)


def aliases(levels: int = 30) -> bytes:
    """Return front matter that is small, and 2**30 words when it is written out."""
    lines = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, levels))
    return f"---\na0: &a0 word\n{lines}title: *a{levels - 1}\n---\n\n{LEAD}\n".encode()


def brackets(size: int = 400_000) -> bytes:
    """Return Markdown that opens links and never ends them."""
    return ("[" * (size // 2) + "a](" * (size // 6) + f"\n\n{LEAD}\n").encode()


def images(size: int = 400_000) -> bytes:
    """Return Markdown of images in images."""
    return ("![" * (size // 2) + f"\n\n{LEAD}\n").encode()


def quotations(depth: int = 20_000) -> bytes:
    """Return Markdown of quotations in quotations."""
    return (">" * depth + LEAD + "\n").encode()


def table(columns: int = 4_000) -> bytes:
    """Return a Markdown table that fills up each of its short rows."""
    head = "|" + "a|" * columns + "\n|" + "-|" * columns + "\n"
    return (head + "|a\n" * columns + f"\n{LEAD}\n").encode()


def zipped(size: int = 160 << 20) -> bytes:
    """Return a Word document of less than a megabyte that unpacks to `size` bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as out:
            for _ in range(size >> 20):
                out.write(bytes(1 << 20))
    return held.getvalue()


#: Feeds that hold a bad item, or what is bad as a whole, and one good item (`GOOD`) unless said.
FEEDS: Mapping[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        *(external_entity, external_parameter_entity, external_dtd, billion_laughs),
        *(quadratic_blowup, deep_xml, deep_html, deep_blocks, many_items, huge_item),
        *(many_attributes, author, style, comments, punycode, utf7),
        *(control_characters, far_dates, hostile_markup),
    )
}

#: File name -> document.
FILES: Mapping[str, Callable[[], bytes]] = {
    "deep.html": deep_page,
    "deep-spans.html": lambda: deep_page("span"),
    "wide.html": wide_page,
    "linked.html": linked_page,
    "attributes.html": attributes_page,
    "formatted.html": formatted_page,
    "tables.html": tables_page,
    "aliases.md": aliases,
    "aliases.txt": aliases,
    "brackets.md": brackets,
    "images.md": images,
    "quotations.md": quotations,
    "table.md": table,
    "zipped.docx": zipped,
}
