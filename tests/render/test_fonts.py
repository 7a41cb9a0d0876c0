"""The fonts: what is cut, where it is put, and that a page uses these and no others."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from service.errors import RenderError
from service.render import fonts
from service.render.fonts import CUTS, Cut

#: One small font, where the test is of the folder and not of what is in it.
ONE = (CUTS[2],)
RUSSIAN = "".join(chr(c) for c in range(0x410, 0x450)) + "Ёё№«»—…"
#: The 6,763 ideographs of GB 2312.
HANZI = bytes(
    byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell)
).decode("gb2312", errors="ignore")


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fonts.ensure((tmp_path_factory.mktemp("all"),))


def font(conf: Path, wanted: Cut) -> Any:
    data = (conf.parent / "fonts" / f"{wanted.postscript}.ttf").read_bytes()
    return TTFont(io.BytesIO(data), lazy=True)


def by_name(wanted: Cut) -> str:
    return wanted.postscript


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with a warning being an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("wanted", CUTS, ids=by_name)
def test_names_are_ours_and_agree_with_the_style(conf: Path, wanted: Cut) -> None:
    made = font(conf, wanted)
    named = {r.nameID: str(r) for r in made["name"].names}
    assert (named[1], named[2], named[6]) == (wanted.family, wanted.style, wanted.postscript)
    assert named[4] == f"{wanted.family} {wanted.style}"
    assert not [n for i in (1, 2, 3, 4, 6, 16, 17, 25) for n in [named.get(i, "")] if "Sour" in n]
    assert not [n for i in (1, 2, 3, 4, 6, 16, 17, 25) for n in [named.get(i, "")] if "Noto" in n]
    assert made["OS/2"].usWeightClass == wanted.weight
    assert made["head"].macStyle == (wanted.weight == 700) + 2 * wanted.italic
    selection = made["OS/2"].fsSelection
    assert bool(selection & 1) == wanted.italic
    assert bool(selection >> 5 & 1) == (wanted.weight == 700)
    assert bool(selection >> 6 & 1) == (wanted.style == "Regular")


@pytest.mark.parametrize("wanted", CUTS, ids=by_name)
def test_copyright_and_licence_stay_in_the_font(conf: Path, wanted: Cut) -> None:
    names = font(conf, wanted)["name"]
    assert "Reserved Font Name" in names.getDebugName(0)
    assert "SIL Open Font License" in names.getDebugName(13)


@pytest.mark.parametrize("wanted", CUTS, ids=by_name)
def test_nothing_variable_or_signed_is_left(conf: Path, wanted: Cut) -> None:
    variable = {"fvar", "gvar", "avar", "HVAR", "VVAR", "MVAR", "cvar", "STAT", "CFF2", "DSIG"}
    assert not variable & set(font(conf, wanted).keys())


@pytest.mark.slow
@pytest.mark.parametrize("wanted", CUTS, ids=by_name)
def test_every_russian_letter_has_a_shape(conf: Path, wanted: Cut) -> None:
    made = font(conf, wanted)
    glyphs, names = made.getGlyphSet(), made.getBestCmap()
    empty = []
    for letter in RUSSIAN:
        pen = BoundsPen(glyphs)
        glyphs[names.get(ord(letter), ".notdef")].draw(pen)
        if ord(letter) not in names or pen.bounds is None:
            empty.append(letter)
    assert empty == []


@pytest.mark.parametrize("wanted", [c for c in CUTS if c.family == "Brief CJK"], ids=by_name)
def test_every_ideograph_of_gb2312_is_there(conf: Path, wanted: Cut) -> None:
    assert len(HANZI) == 6763
    names = font(conf, wanted).getBestCmap()
    assert [c for c in HANZI + "，。、；：？！「」《》（）" if ord(c) not in names] == []


@pytest.mark.parametrize(
    ("regular", "bold"), [(CUTS[0], CUTS[1]), (CUTS[2], CUTS[3]), (CUTS[7], CUTS[8])]
)
def test_bold_is_heavier_than_regular(conf: Path, regular: Cut, bold: Cut) -> None:
    from fontTools.pens.areaPen import AreaPen

    areas = []
    for wanted in (regular, bold):
        glyphs = font(conf, wanted).getGlyphSet()
        pen = AreaPen(glyphs)
        glyphs[font(conf, wanted).getBestCmap()[ord("I")]].draw(pen)
        areas.append(abs(pen.value))
    assert areas[1] > 1.3 * areas[0]


@pytest.mark.parametrize("wanted", [CUTS[2], CUTS[7]], ids=by_name)
def test_the_same_bytes_are_made_in_another_process(conf: Path, wanted: Cut) -> None:
    code = (
        "import hashlib, sys; from service.render import fonts as f;"
        f"c = next(c for c in f.CUTS if c.postscript == {wanted.postscript!r});"
        "print(hashlib.sha256(f.cut(f.inside(c.package, f'{c.package.folder}/{c.file}'), c))"
        ".hexdigest())"
    )
    done = run(code, PYTHONHASHSEED="7", SOURCE_DATE_EPOCH="", TZ="Asia/Shanghai")
    made = (conf.parent / "fonts" / f"{wanted.postscript}.ttf").read_bytes()
    assert done.stdout.strip() == hashlib.sha256(made).hexdigest(), done.stderr


def test_each_packages_licence_lies_beside(conf: Path) -> None:
    licences = sorted((conf.parent / "licences").iterdir())
    assert len(licences) == len({c.package for c in CUTS})
    assert all("SIL OPEN FONT LICENSE" in path.read_text(encoding="utf-8") for path in licences)


def test_a_page_in_three_scripts_embeds_these_fonts_and_no_others(conf: Path) -> None:
    code = """
import logging, sys
from service.render import fonts
fonts.activate()
import weasyprint
logging.getLogger("weasyprint").addHandler(logging.StreamHandler(sys.stderr))
page = "".join(
    f"<p style='font:{s} {w} 10pt {f},Brief CJK'>Word Слово {z}"
    for f, w, s in (("Brief Serif", 400, "normal"), ("Brief Serif", 700, "normal"),
                    ("Brief Serif", 400, "italic"), ("Brief Serif", 700, "italic"),
                    ("Brief Sans", 400, "normal"), ("Brief Sans", 700, "normal"),
                    ("Brief Sans", 400, "italic"))
    for z in ["中国" if s == "normal" else ""]
)
page += "<p style='font-family:serif'>Serif 中<p style='font-family:No Such Font'>Other 中"
sys.stdout.buffer.write(weasyprint.HTML(string=page).write_pdf())
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "BRIEFING_FONTS": str(conf.parent.parent)},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    with pikepdf.open(io.BytesIO(done.stdout)) as pdf:
        embedded = {
            str(thing.get("/BaseFont")).partition("+")[2]
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == "/Type0"
        }
    assert embedded == {
        *("Brief-Serif", "Brief-Serif-Bold", "Brief-Serif-Italic", "Brief-Serif-Bold-Italic"),
        *("Brief-Sans", "Brief-Sans-Bold", "Brief-Sans-Italic", "Brief-CJK", "Brief-CJK-Bold"),
    }


def test_a_second_call_makes_nothing(tmp_path: Path) -> None:
    first = fonts.ensure((tmp_path,), cuts=ONE)
    before = [(p, p.stat().st_mtime_ns) for p in sorted(tmp_path.rglob("*"))]
    assert fonts.ensure((tmp_path,), cuts=ONE) == first
    assert [(p, p.stat().st_mtime_ns) for p in sorted(tmp_path.rglob("*"))] == before


def test_a_place_that_has_the_fonts_is_taken_before_one_that_could_be_written(
    tmp_path: Path,
) -> None:
    shared = fonts.ensure((tmp_path / "shared",), cuts=ONE)
    assert fonts.ensure((tmp_path / "own", tmp_path / "shared"), cuts=ONE) == shared
    assert not (tmp_path / "own").exists()


def test_the_next_place_is_used_when_the_first_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    made = fonts.ensure((tmp_path / "file" / "fonts", tmp_path / "own"), cuts=ONE)
    assert made.is_relative_to(tmp_path / "own")


def test_no_place_to_write_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RenderError, match=r"Not a directory.*set BRIEFING_FONTS") as caught:
        fonts.ensure((tmp_path / "file" / "fonts",), cuts=ONE)
    assert "\n" not in str(caught.value)


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".making-abc" / "fonts").mkdir(parents=True)
    made = fonts.ensure((tmp_path,), cuts=ONE)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", made.parent.name]


def test_a_folder_that_lacks_a_font_is_made_again(tmp_path: Path) -> None:
    made = fonts.ensure((tmp_path,), cuts=ONE)
    lost = made.parent / "fonts" / f"{ONE[0].postscript}.ttf"
    lost.unlink()
    assert fonts.ensure((tmp_path,), cuts=ONE) == made
    assert lost.is_file()


def test_a_folder_that_was_moved_is_made_again_with_its_new_path(tmp_path: Path) -> None:
    fonts.ensure((tmp_path / "old",), cuts=ONE)
    (tmp_path / "old").rename(tmp_path / "new")
    made = fonts.ensure((tmp_path / "new",), cuts=ONE)
    assert str(tmp_path / "new") in made.read_text(encoding="utf-8")


def test_a_path_with_markup_in_it_is_escaped(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    made = fonts.ensure((tmp_path / "R&D <x> 字",), cuts=ONE)
    root = ElementTree.fromstring(made.read_text(encoding="utf-8"))
    assert root.findtext("dir") == str(made.parent / "fonts")


def test_two_processes_at_once_both_end_well(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from service.render import fonts;"
        "fonts.ensure((Path(sys.argv[1]),), cuts=fonts.CUTS[:4])"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [(p.communicate()[1], p.returncode) for p in both] == [(b"", 0), (b"", 0)]
    assert len([p for p in tmp_path.iterdir() if p.is_dir()]) == 1


def test_a_missing_package_is_named_with_what_to_do(tmp_path: Path) -> None:
    cut = replace(ONE[0], package=replace(ONE[0].package, name="no-such-fonts"))
    with pytest.raises(RenderError, match=r"no-such-fonts is not installed; install"):
        fonts.ensure((tmp_path,), cuts=(cut,))


def test_a_missing_file_is_named_and_nothing_half_made_stays(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"fontpkg-source-serif-4 has no file files/gone\.ttf"):
        fonts.ensure((tmp_path,), cuts=(*ONE, replace(ONE[0], file="gone.ttf", weight=700)))
    assert [p.name for p in tmp_path.iterdir()] == [".lock"]


def test_a_named_place_is_the_only_one() -> None:
    env = {"BRIEFING_FONTS": "/srv/fonts", "XDG_CACHE_HOME": "/cache"}
    assert fonts.places(env, Path("/env")) == (Path("/srv/fonts"),)


@pytest.mark.parametrize(
    ("env", "cache"),
    [
        ({"XDG_CACHE_HOME": "/cache", "HOME": "/home/a"}, "/cache"),
        ({"XDG_CACHE_HOME": "not/absolute", "HOME": "/home/a"}, "/home/a/.cache"),
        ({"XDG_CACHE_HOME": "", "HOME": "/home/a"}, "/home/a/.cache"),
    ],
)
def test_else_the_environment_comes_before_the_users_cache(env: dict[str, str], cache: str) -> None:
    assert fonts.places(env, Path("/env")) == (
        Path("/env/share/briefing/fonts"),
        Path(cache, "briefing/fonts"),
    )


def test_activate_points_fontconfig_at_the_fonts(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "another")
    monkeypatch.setenv("BRIEFING_FONTS", str(conf.parent.parent))
    assert fonts.activate() == conf
    assert os.environ["FONTCONFIG_FILE"] == str(conf)


def test_the_command_prints_nothing_but_an_error(
    conf: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BRIEFING_FONTS", str(conf.parent.parent))
    assert fonts.main() == 0
    assert capsys.readouterr() == ("", "")
    (tmp_path / "file").touch()
    monkeypatch.setenv("BRIEFING_FONTS", str(tmp_path / "file" / "fonts"))
    assert fonts.main() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("fonts: the fonts cannot be written")
    assert err.count("\n") == 1
