"""How a sentence shows that it leans on another one: the form of the rules.

Source of the patterns: written for this project from the openings of sentences in English,
Russian and Chinese news that could not be understood alone. Each has a test with a sentence that
it refuses and one beside it that it must not.
"""

import re
from dataclasses import dataclass

CONNECTIVE = "connective: leans on the sentence before it"
PRONOUN = "pronoun without its noun"
DEMONSTRATIVE = "demonstrative: points to the sentence before it"
TIME = "time that counts from the sentence before it"
DIALOGUE = "turn of a dialogue"
FIRST_PERSON = "first person without its speaker"

#: The reasons that another sentence, printed before, would remove.
LEANING = frozenset((CONNECTIVE, PRONOUN, DEMONSTRATIVE, TIME))

Rules = tuple[tuple[str, re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """The patterns of one language."""

    #: Matched at the first word.
    openings: Rules
    #: Openings that stand although a rule above matches them.
    stands: re.Pattern[str]
    #: Searched in the sentence without its quotations.
    anywhere: Rules
    #: Matched at the start: captions, bylines, calls to subscribe.
    furniture: re.Pattern[str]
    #: The whole of a line that only says where, when and by whom.
    dateline: re.Pattern[str]


def pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern that is written over several lines, in whatever case."""
    return re.compile(source, re.VERBOSE | re.IGNORECASE)
