"""The fonts of every document: made once from pinned packages, the only ones that a render sees.

Problem: a page must look the same, byte for byte, on every machine, and Chinese must never turn
into boxes. Choice: the variable fonts of three packages, pinned by hash, are made static at set-up
(HarfBuzz does it in a fraction of a second a file; a variable font costs every PDF two seconds),
given family names of our own, and shown to fontconfig as the only fonts that exist.
Rejected: the system's fonts (other pages on every machine); `@font-face` (every document copies and
scans each file); web fonts sliced by range (WeasyPrint takes one slice's glyphs for another's);
fontTools' instancer (25 s for a Chinese weight).

Names of our own, because an installed font of the same name would be taken instead, and because
the licence of the sources, the SIL Open Font License, reserves the name 'Source' for unchanged
copies. Each family's licence lies beside the fonts.

    Brief Serif   Source Serif 4   400, 700, italic 400, italic 700     Latin, Cyrillic
    Brief Sans    Source Sans 3    400, 700, italic 400                 Latin, Cyrillic
    Brief CJK     Noto Sans SC     400, 700                             Chinese

In `font-family`, name Brief CJK last: it lacks some Latin letters (č, ł, ő).

The folder is `<place>/<versions of the packages and of the recipe>`, where the place is
`$BRIEFING_FONTS` if set, else `share/briefing/fonts` in the Python environment, else, where that
cannot be written, `briefing/fonts` in `$XDG_CACHE_HOME` (`~/.cache`). It is made aside and then
renamed, under a lock, so that an interrupted or a second process leaves nothing half made.
`python -m service.render.fonts` makes it ahead of time.
"""

import fcntl
import importlib.util
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.sax.saxutils import escape

from service.errors import RenderError

#: Raise it with every change of what is made below, so that no old file is taken for a new one.
RECIPE = 1

_MEND = "install what requirements.txt names, with ./run or pip, and try again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A distribution that carries the variable fonts of one family, and their licence."""

    name: str
    module: str
    #: Paths inside the module.
    folder: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One static font: which variable font it is cut from, where on its axes, and its new name."""

    package: Package
    file: str
    family: str
    weight: int
    italic: bool = False
    #: Optical size in points, for fonts with that axis.
    optical: int | None = None

    @property
    def style(self) -> str:
        """One of the four names that a family of four may use."""
        words = ("Bold",) * (self.weight == 700) + ("Italic",) * self.italic
        return " ".join(words) or "Regular"

    @property
    def postscript(self) -> str:
        """Name without blanks; also the file's name, less its ending."""
        return f"{self.family.replace(' ', '')}-{self.style.replace(' ', '')}"


_SERIF = Package(
    name="fontpkg-source-serif-4",
    module="fontpkg_source_serif_4",
    folder="files",
    licence="LICENSE",
)
_SANS = Package(
    name="fontpkg-source-sans-3", module="fontpkg_source_sans_3", folder="files", licence="LICENSE"
)
_CJK = Package(
    name="justmytype-intl-cjk",
    module="justmytype_intl_cjk",
    folder="fonts/ofl/notosanssc",
    licence="fonts/ofl/notosanssc/OFL.txt",
)

_ROMAN, _ITALIC = "SourceSerif4[opsz,wght].ttf", "SourceSerif4-Italic[opsz,wght].ttf"
# Optical size: body text is set at 9 to 11 points; bold serves headings, which are larger.
CUTS = (
    Cut(package=_SERIF, file=_ROMAN, family="Brief Serif", weight=400, optical=11),
    Cut(package=_SERIF, file=_ROMAN, family="Brief Serif", weight=700, optical=16),
    Cut(package=_SERIF, file=_ITALIC, family="Brief Serif", weight=400, italic=True, optical=11),
    Cut(package=_SERIF, file=_ITALIC, family="Brief Serif", weight=700, italic=True, optical=16),
    Cut(package=_SANS, file="SourceSans3[wght].ttf", family="Brief Sans", weight=400),
    Cut(package=_SANS, file="SourceSans3[wght].ttf", family="Brief Sans", weight=700),
    Cut(
        package=_SANS,
        file="SourceSans3-Italic[wght].ttf",
        family="Brief Sans",
        weight=400,
        italic=True,
    ),
    Cut(package=_CJK, file="NotoSansSC[wght].ttf", family="Brief CJK", weight=400),
    Cut(package=_CJK, file="NotoSansSC[wght].ttf", family="Brief CJK", weight=700),
)


def activate() -> Path:
    """Make the fonts if they are missing, and let fontconfig see these and no others.

    Call it before `weasyprint` is imported: fontconfig reads its settings once a process.
    Returns the fonts.conf. Raises RenderError as `ensure` does.
    """
    conf = ensure()
    os.environ["FONTCONFIG_FILE"] = str(conf)
    return conf


def places(env: Mapping[str, str], prefix: Path) -> tuple[Path, ...]:
    """Return where the fonts may lie, best first; a place that is named is the only one.

    prefix: the Python environment's folder, `sys.prefix`.
    """
    if named := env.get("BRIEFING_FONTS"):
        return (Path(named).absolute(),)
    # An XDG path that is not absolute is to be ignored, by that specification.
    cache = Path(env.get("XDG_CACHE_HOME") or "")
    if not cache.is_absolute():
        cache = Path(env.get("HOME") or "~").expanduser() / ".cache"
    return (prefix / "share" / "briefing" / "fonts", cache / "briefing" / "fonts")


def ensure(among: tuple[Path, ...] | None = None, *, cuts: tuple[Cut, ...] = CUTS) -> Path:
    """Return the fonts.conf, making the fonts first if no place has them.

    among: the places to look in and to write to, best first; left out, those of this process.
    Raises RenderError, in one line, if a package or a file of it is missing, or if no place can
    be written to.
    """
    if among is None:
        among = places(os.environ, Path(sys.prefix))
    key = _key(cuts)
    targets = tuple(place / key for place in among)
    for target in targets:
        if _complete(target, cuts):
            return target / "fonts.conf"
    refusals = []
    for target in targets:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _lock(target.parent):
                if not _complete(target, cuts):
                    _make(target, cuts)
        except OSError as exc:
            refusals.append(f"{target.parent}: {exc.strerror or exc}")
        else:
            return target / "fonts.conf"
    raise RenderError(
        f"the fonts cannot be written ({'; '.join(refusals)}); "
        "set BRIEFING_FONTS to a folder that can be written, with 30 MB free"
    )


def cut(source: Path, wanted: Cut) -> bytes:
    """Return the static TrueType font that `wanted` describes, cut from a variable one.

    Same bytes for the same source and library versions: no time of making is written.
    """
    # Both take long to import, and only set-up needs them.
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    face = hb.Face(hb.Blob.from_file_path(str(source)))
    plan = hb.SubsetInput()
    plan.keep_everything()
    plan.pin_axis_location(face, "wght", wanted.weight)
    if wanted.optical is not None:
        plan.pin_axis_location(face, "opsz", wanted.optical)
    font = TTFont(io.BytesIO(hb.subset(face, plan).blob.data), recalcTimestamp=False)
    # STAT describes axes that are gone, DSIG signs bytes that are gone.
    for table in ("STAT", "DSIG"):
        if table in font:
            del font[table]
    _rename(font["name"], wanted)
    bold = wanted.weight == 700
    font["head"].macStyle = bold | wanted.italic << 1
    os2 = font["OS/2"]
    os2.usWeightClass = wanted.weight
    # Bits: 0 italic, 5 bold, 6 regular; the others say how lines are spaced and stay.
    regular = not bold and not wanted.italic
    os2.fsSelection = os2.fsSelection & ~0b110_0001 | wanted.italic | bold << 5 | regular << 6
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _rename(names: object, wanted: Cut) -> None:
    """Write the new family's names; keep copyright, licence and the labels of features."""
    full = f"{wanted.family} {wanted.style}"
    new = {
        1: wanted.family,
        2: wanted.style,
        3: f"briefing-digest;{wanted.postscript};{RECIPE}",
        4: full,
        6: wanted.postscript,
    }
    kept = {0, 5, 7, 8, 9, 10, 11, 13, 14}
    for record in list(names.names):  # type: ignore[attr-defined]
        if record.nameID in new:
            record.string = new[record.nameID]
        elif record.nameID not in kept and record.nameID < 256:
            names.names.remove(record)  # type: ignore[attr-defined]


def _packages(cuts: tuple[Cut, ...]) -> tuple[Package, ...]:
    """Return the packages that the cuts need, each once, in order."""
    return tuple(dict.fromkeys(wanted.package for wanted in cuts))


def _key(cuts: tuple[Cut, ...]) -> str:
    """Return what the fonts depend on, as a folder's name; RenderError if a package is missing."""
    parts = []
    for package in _packages(cuts):
        try:
            parts.append(f"{package.module}-{version(package.name)}")
        except PackageNotFoundError as exc:
            raise RenderError(f"the package {package.name} is not installed; {_MEND}") from exc
    return "+".join((*parts, f"recipe-{RECIPE}"))


def _complete(target: Path, cuts: tuple[Cut, ...]) -> bool:
    """Whether all files are there and the fonts.conf names this very folder.

    The environment may have been moved or copied since; fontconfig wants absolute paths.
    """
    try:
        if (target / "fonts.conf").read_text(encoding="utf-8") != _conf(target):
            return False
    except OSError:
        return False
    return all((target / "fonts" / f"{c.postscript}.ttf").is_file() for c in cuts)


def _conf(target: Path) -> str:
    """Return the text of fonts.conf for fonts in `target`.

    The cache lies outside the scanned folder, whose time of change tells fontconfig to scan again.
    The user's own is the second choice: without one that can be written, fontconfig complains on
    stderr in every process.
    """
    generic = "".join(
        f"  <alias><family>{name}</family>"
        f"<prefer><family>{ours}</family><family>Brief CJK</family></prefer></alias>\n"
        for name, ours in (("serif", "Brief Serif"), ("sans-serif", "Brief Sans"))
    )
    return (
        '<?xml version="1.0"?>\n'
        '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        "<fontconfig>\n"
        f"  <dir>{escape(str(target / 'fonts'))}</dir>\n"
        f"  <cachedir>{escape(str(target / 'cache'))}</cachedir>\n"
        '  <cachedir prefix="xdg">fontconfig</cachedir>\n'
        f"{generic}"
        "</fontconfig>\n"
    )


@contextmanager
def _lock(place: Path) -> Iterator[None]:
    """Hold the place's lock; the system frees it when the process ends, however it ends."""
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(target: Path, cuts: tuple[Cut, ...]) -> None:
    """Make the folder aside and rename it into place; the caller holds the lock."""
    prefix = ".making-"
    # With the lock held, what lies here was left by a process that was killed.
    for left in target.parent.glob(f"{prefix}*"):
        shutil.rmtree(left)
    aside = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        aside.chmod(0o755)
        for folder in ("fonts", "cache", "licences"):
            (aside / folder).mkdir()
        for wanted in cuts:
            source = inside(wanted.package, f"{wanted.package.folder}/{wanted.file}")
            (aside / "fonts" / f"{wanted.postscript}.ttf").write_bytes(cut(source, wanted))
        for package in _packages(cuts):
            licence = inside(package, package.licence).read_bytes()
            (aside / "licences" / f"{package.module}.txt").write_bytes(licence)
        (aside / "fonts.conf").write_text(_conf(target), encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def inside(package: Package, path: str) -> Path:
    """Return a file of an installed package, without importing it; RenderError if missing."""
    spec = importlib.util.find_spec(package.module)
    for root in spec.submodule_search_locations or () if spec else ():
        if (found := Path(root, path)).is_file():
            return found
    raise RenderError(f"the package {package.name} has no file {path}; {_MEND}")


def main() -> int:
    """Make the fonts; print nothing but an error. Returns the exit code."""
    try:
        ensure()
    except RenderError as exc:
        sys.stderr.write(f"fonts: {exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
