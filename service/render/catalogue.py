"""The words of the interface by language: gettext catalogues, as gettext and Jinja use them.

Problem: a compiled catalogue beside its source is a second truth, which is stale after the next
edit and which nobody can review. Choice: only the `.po` files are kept and shipped, and a catalogue
is compiled in memory when it is first needed, which takes some 20 ms. Rejected: compiling at set-up
or while the wheel is built, which makes three places (checkout, image, wheel) that can differ.

The English words are the message ids; English has no catalogue. What a source or an article says is
never looked up here.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files as resources
from io import BytesIO

from service.errors import RenderError

#: The languages that a brief's own words can have, by ISO 639-1.
LANGUAGES = ("en", "zh", "ru")
_DOMAIN = "brief"


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the words of a language; raise RenderError where there are none."""
    if language not in LANGUAGES:
        raise RenderError(
            f"no interface words in the language {language!r}: use one of {', '.join(LANGUAGES)}"
        )
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    place = resources("templates").joinpath("locale", language, "LC_MESSAGES", f"{_DOMAIN}.po")
    compiled = BytesIO()
    try:
        source = BytesIO(place.read_bytes())
        write_mo(compiled, read_po(source, locale=language, domain=_DOMAIN, abort_invalid=True))
    except (OSError, ValueError, PoFileError) as exc:
        raise RenderError(
            f"the words of the language {language!r} cannot be read: {place}: {exc}"
        ) from exc
    compiled.seek(0)
    return GNUTranslations(compiled)


def msgid(text: str) -> str:
    """Return the text as it is: the mark of a message id that is looked up elsewhere."""
    return text
