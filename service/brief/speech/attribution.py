"""What a pattern of attribution finds."""

from dataclasses import dataclass

from service.model import Span

#: How far to either side of a quotation an attribution may reach, in characters.
REACH = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A speaker as printed."""

    name: Span
    office: Span | None = None
    #: "he", "他", "он": the name is still to be found.
    pronoun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Words that give a quotation to a speaker."""

    speaker: Speaker
    span: Span
    #: The attribution stands behind the quotation, so that one that follows may go on with it.
    behind: bool
    #: The quotation is a part of the writer's own sentence.
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A quotation and the text around it, up to its neighbours and the ends of the paragraph."""

    text: str
    #: Where the words before it may begin, and those behind it end.
    begin: int
    end: int
    #: The quotation with its marks, and without.
    start: int
    stop: int
    inner_start: int
    inner_stop: int
    #: Words that are names: of people of the topic, and with a capital within a sentence.
    names: frozenset[str] = frozenset()

    @property
    def before(self) -> str:
        return self.text[self.begin : self.start]

    @property
    def after(self) -> str:
        return self.text[self.stop : self.end]

    @property
    def words(self) -> str:
        return self.text[self.inner_start : self.inner_stop]
