"""What a sentence leans on, by language: patterns for `summarizers.guards`.

One module a language, since no pattern of one serves another; `rules` says what they fill in.
"""

from collections.abc import Mapping
from types import MappingProxyType

from summarizers.leaning.chinese import CHINESE
from summarizers.leaning.english import ENGLISH
from summarizers.leaning.rules import DIALOGUE, LEANING, Leaning
from summarizers.leaning.russian import RUSSIAN

__all__ = ["DIALOGUE", "LEANING", "LEANINGS", "Leaning"]

LEANINGS: Mapping[str, Leaning] = MappingProxyType({"en": ENGLISH, "ru": RUSSIAN, "zh": CHINESE})
