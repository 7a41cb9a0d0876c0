"""Templates of the desk's own, from the settings to the files; and the preview of them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.cli import preview
from service.render.sheet import Sheet
from service.render.worker import Press
from tests import builders

Run = Callable[..., tuple[int, str, str]]


def _template(home: Path, name: str, text: str, folder: str = "templates") -> None:
    path = home / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _settings(home: Path, *lines: str) -> None:
    (home / "briefing.toml").write_text("\n".join(("[desk]", 'templates = "templates"', *lines)))


def test_the_desk_s_templates_make_every_format(home: Path, briefing: Run) -> None:
    _settings(home)
    _template(home, "brief/brief.txt", "mine: {{ brief.title }}")
    code, out, err = briefing("now", "--format", "txt,md")
    assert (code, err) == (0, "")
    text, markdown = (home / line for line in out.splitlines())
    assert text.read_text("utf-8") == "mine: China–Russia Brief"
    assert "Bottom line" in markdown.read_text("utf-8")
    code, out, _ = briefing("issues", "verify", "1")
    assert code == 0
    assert "txt: 0 sentences and headlines" in out
    assert briefing("issues", "rebuild", "1")[0] == 0


def test_an_edition_has_templates_of_its_own(home: Path, briefing: Run) -> None:
    _settings(home, '[[edition]]\nname = "weekly"\nevery = "week"\ntemplates = "other"')
    _template(home, "brief/brief.txt", "desk")
    _template(home, "brief/brief.txt", "weekly", "other")
    _, out, _ = briefing("now", "--format", "txt", "--out", home / "a")
    assert (home / out.strip()).read_text() == "desk"
    _, out, _ = briefing("now", "--edition", "weekly", "--format", "txt", "--out", home / "b")
    assert (home / out.strip()).read_text() == "weekly"


def test_a_format_whose_template_fails_is_left_out_and_the_issue_says_so(
    home: Path, briefing: Run
) -> None:
    _settings(home)
    _template(home, "brief/page.html", "{{ brief.titel }}")
    code, out, err = briefing("now", "--format", "html,txt")
    assert code == 3
    assert [Path(line).suffix for line in out.splitlines()] == [".txt"]
    assert "HTML: the HTML was not made: template" in err
    assert "'titel' is no field of Brief" in err
    text = " ".join((home / out.strip()).read_text("utf-8").split())
    assert "the HTML was not made" in text
    assert briefing("issues", "verify", "1")[0] == 0
    assert briefing("issues", "rebuild", "1")[0] == 0


def test_where_no_format_is_left_the_page_is_made_by_the_shipped_templates(
    home: Path, briefing: Run
) -> None:
    _settings(home)
    _template(home, "brief/page.html", "{% if %}")
    code, out, _ = briefing("now", "--format", "html")
    assert code == 3
    page = (home / out.strip()).read_text("utf-8")
    assert "Coverage and gaps" in page
    assert "the HTML was not made" in page
    code, out, _ = briefing("issues", "verify", "1")
    assert code == 0


def test_a_folder_that_is_gone_costs_no_issue(home: Path, briefing: Run) -> None:
    _settings(home)
    code, out, err = briefing("now", "--format", "txt")
    assert code == 3
    assert "there is no such folder of templates; the shipped templates are used" in err
    assert "BOTTOM LINE" in (home / out.strip()).read_text("utf-8")


def test_templates_that_were_changed_are_told_by_rebuild(home: Path, briefing: Run) -> None:
    _settings(home)
    _template(home, "brief/brief.txt", "one")
    briefing("now", "--format", "txt")
    _template(home, "brief/brief.txt", "two")
    code, out, err = briefing("issues", "rebuild", "1")
    assert code == 1
    assert 'line 1: stored "one", made "two"' in out
    assert "the desk's own templates in" in err


def test_an_issue_is_rendered_in_a_folder_that_is_named(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt")
    _template(home, "brief/brief.txt", "no. {{ brief.number }}", "mine")
    code, out, err = briefing(
        "render", "--template", "mine", "--format", "txt,html", "--out", home / "o"
    )
    assert (code, err) == (0, "")
    assert (home / out.splitlines()[0]).read_text() == "no. 1"
    stored = json.loads(briefing("issues", "list", "--json")[1])
    assert [issue["formats"] for issue in stored] == [["txt"]]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--template", "none"), 1, "there is no such folder of templates"),
        ((), 2, "name a folder of templates"),
        (("--template", "mine", "--issue", "first"), 2, "give an id, or latest"),
        (("--template", "mine", "--issue", "9"), 1, "there is no issue 9"),
        (("--template", "mine", "--format", "doc"), 2, "choose of"),
    ],
)
def test_wrong_usage_of_render_is_told(
    words: tuple[str, ...], code: int, told: str, home: Path, briefing: Run
) -> None:
    briefing("now", "--format", "txt")
    _template(home, "brief/brief.txt", "x", "mine")
    found, out, err = briefing("render", *words)
    assert (found, out) == (code, "")
    assert told in err


def test_render_without_an_issue_says_how_to_make_one(home: Path, briefing: Run) -> None:
    _template(home, "brief/brief.txt", "x", "mine")
    code, _, err = briefing("render", "--template", "mine")
    assert code == 1
    assert "there is no issue yet: `briefing now` makes one" in err


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A preview of the quiet issue in `tmp_path`, and its address."""
    _template(tmp_path, "brief/brief.txt", "first", ".")
    with Press() as press:
        source = preview.Source(brief=builders.brief(), folder=tmp_path, sheet=Sheet(), press=press)
        with preview.serving(source) as url:
            yield url


def _get(url: str, **headers: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode("latin-1")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_the_preview_changes_when_a_file_is_saved_and_shows_a_fault(
    address: str, tmp_path: Path
) -> None:
    before = _get(f"{address}state")[2]
    assert _get(f"{address}made/txt") == (200, "text/plain; charset=utf-8", "first")
    assert _get(f"{address}state")[2] == before
    _template(tmp_path, "brief/brief.txt", "\n{{ brief.titel }}", ".")
    assert _get(f"{address}state")[2] != before
    status, kind, page = _get(f"{address}made/txt")
    assert (status, kind) == (500, "text/html; charset=utf-8")
    assert "brief/brief.txt, line 2: &#x27;titel&#x27; is no field of Brief" in page
    _template(tmp_path, "brief/brief.txt", "mended", ".")
    assert _get(f"{address}made/txt")[2] == "mended"


def test_the_preview_frames_each_format_as_it_is_published(address: str) -> None:
    status, _, page = _get(address)
    assert status == 200
    assert 'src="/made/html"' in page
    assert 'src="/made/eml"' in _get(f"{address}eml")[2]
    assert "Content-Security-Policy" in _get(f"{address}made/html")[2]
    assert "Bottom line" in _get(f"{address}made/eml")[2]
    assert _get(f"{address}made/pdf")[1] == "application/pdf"
    assert _get(f"{address}secret")[0] == 404


def test_the_preview_listens_here_only_and_to_its_own_name_only(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    assert _get(address, Host="evil.example")[0] == 403
    assert _get(f"{address}made/html", Host="evil.example:80")[0] == 403


def test_a_mail_is_shown_with_the_pictures_that_it_brings() -> None:
    message = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b'<img src="cid:a@x"><img src="cid:none@x">\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <a@x>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\nBBBB\r\n--b--\r\n"
    )
    shown = preview.letter(message).decode()
    assert '<img src="data:image/png;base64,AAAABBBB">' in shown
    assert '<img src="cid:none@x">' in shown
