"""The language of a text, as ISO 639-1, or "und".

The script decides first: it is certain where a language model is not, costs microseconds, and the
two languages beside English that this service reads have scripts of their own. Han without kana is
Chinese; Cyrillic is told apart by the letters that only one language has. For the Latin script a
share of English function words no other language reaches decides; the rest goes to py3langid, held
to languages of that script, which takes half a second to load and is loaded only then.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: Fewer letters than this say nothing.
_MIN_LETTERS = 12
#: Han characters carry more: this many are enough for Chinese.
_MIN_HAN = 4
#: A text is read from its beginning, up to this many characters.
_SAMPLE = 6000
#: English is most often told by so many; the language model gets no more than the second number,
#: twice what it needs to be as good as it gets.
_SHORT = 800
_MODEL_SAMPLE = 1200

_SCRIPTS = {
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"),
    "kana": re.compile("[\u3040-\u30ff\u31f0-\u31ff]"),
    "hangul": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "latin": re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]"),
    "other": re.compile(
        r"[^\W\d_\u0000-\u024f\u0400-\u052f\u1100-\u11ff\u1e00-\u1eff\u3040-\ud7af\uf900-\ufaff]"
    ),
}

_ASCII = re.compile("[\x00-\x7f]+")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())

#: Cyrillic letters that tell a language, strongest evidence first: (language, its own letters).
_CYRILLIC = (
    ("kk", "әғқңөұүһ"),
    ("mk", "ѓѕќ"),
    ("sr", "ђјљњћџ"),
    ("be", "ў"),
    ("uk", "іїєґ"),
)

_BULGARIAN = re.compile("ъ(?![еёюя])", re.IGNORECASE)

_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the of and to in that is was for on with as at by from be are has have it its this "
        "which not had were been will would their they he his she her said but an or who more "
        "than after about into between during over also could there when what we our you your "
        "i",
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_LATIN = re.compile(
    "af|az|bs|ca|cs|cy|da|de|en|eo|es|et|eu|fi|fr|fy|ga|gl|ha|hr|ht|hu|id|is|it|la|lt|lv|ms|mt|nl|"
    "nn|no|pl|pt|qu|ro|sk|sl|so|sq|sv|sw|tl|tr|uz|vi|zu"
)
#: First word of the Unicode names of a script's letters -> languages written in it.
_OTHERS = {
    "ARABIC": "ar|fa|ps|sd|ug|ur",
    "ARMENIAN": "hy",
    "BENGALI": "as|bn",
    "DEVANAGARI": "hi|mr|ne|sa",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HEBREW": "he",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
}
#: Below this share of the probability, the model is guessing. Norm: temperature by length.
_SURE = 0.25


def language(text: str) -> str:
    """Return the ISO 639-1 code of the language that most of a text is in, or "und"."""
    sample = text[:_SAMPLE]
    # Letters of ASCII are counted by the bytes that are left; what is left of the text is short,
    # or is not in Latin.
    ascii_letters = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    rest = _ASCII.sub("", sample)
    counts = Counter({name: len(found.findall(rest)) for name, found in _SCRIPTS.items() if rest})
    counts["latin"] += ascii_letters
    # Kana and hangul decide even among more Han: Chinese has neither.
    asian = counts["han"] + counts["kana"] + counts["hangul"]
    # A Han character says about as much as two and a half letters.
    weights = {
        "asian": 2.5 * asian,
        "cyrillic": counts["cyrillic"],
        "latin": counts["latin"],
        "other": counts["other"],
    }
    script = max(weights, key=lambda name: weights[name])
    if script == "asian":
        return _asian(counts)
    if counts[script] < _MIN_LETTERS:
        return "und"
    if script == "cyrillic":
        return _cyrillic(sample)
    if script == "latin":
        return _latin(sample)
    return _other(sample)


def _asian(counts: Counter[str]) -> str:
    total = counts["han"] + counts["kana"] + counts["hangul"]
    if total < _MIN_HAN:
        return "und"
    if counts["kana"] > 0.1 * total:
        return "ja"
    if counts["hangul"] > 0.3 * total:
        return "ko"
    return "zh"


def _cyrillic(text: str) -> str:
    letters = Counter(c for c in text.lower() if "\u0400" <= c <= "\u052f")
    total = letters.total()
    for code, own in _CYRILLIC:
        # One in a hundred: a name or a quotation in another language stays below.
        if sum(letters[c] for c in own) >= 0.01 * total:
            return code
    if letters["ы"] + letters["э"] >= 0.005 * total:
        return "ru"
    # In Russian it stands before these letters only ("объем"): one is enough in a short text.
    if len(_BULGARIAN.findall(text)) >= 0.005 * total:
        return "bg"
    # Short, and without the letters that tell; Russian is what such a source most likely has.
    return "ru"


def _latin(text: str) -> str:
    # English news has 35 to 50 in 100; no other language of the script more than 20.
    for part in (text[:_SHORT], text) if len(text) > _SHORT else (text,):
        words = _WORD.findall(part.lower())
        known = sum(map(_ENGLISH.__contains__, words))
        if len(words) >= 8 and known >= (0.28 if part is text else 0.35) * len(words):
            return "en"
    return _model(text[:_MODEL_SAMPLE], _LATIN)


def _other(text: str) -> str:
    """Tell the language by the name that Unicode gives to most of its letters' script."""
    names = Counter(
        unicodedata.name(c, "").split(" ")[0] for c in text if _SCRIPTS["other"].match(c)
    )
    languages = _OTHERS.get(names.most_common(1)[0][0], "")
    if len(languages) <= 2:
        return languages or "und"
    return _model(text, re.compile(languages))


def _model(text: str, languages: re.Pattern[str]) -> str:
    code, share = _identifier(languages).classify(text)
    return code if share >= _SURE and len(code) == 2 else "und"


@lru_cache(maxsize=4)
def _identifier(languages: re.Pattern[str]) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if languages.fullmatch(code)])
    return identifier
