"""From a story to the sentences that are printed of it.

Problem: a reader of one page must not meet a sentence twice, nor one that needs its neighbours to
be understood. So every sentence of an issue is chosen against all that were chosen before it:
`Printed` remembers the content words of each, and a candidate that says mostly the same is not
allowed, whichever article it comes from. What may stand alone at all is decided by
`summarizers.guards`; which of those are best, by the summarizer.

A story in several languages is headed and summarised in the reader's own language where it has an
article in it, otherwise in the language of its best article: nothing is ever translated, and a
paragraph that changes its language in every line is not read. The other articles are counted and
listed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import summarizers
from service.model import Article, Sentence, Story, Summary
from summarizers import guards, text

#: Share of a candidate's content words that one printed sentence may hold. Set by reading issues
#: of the sample corpus: above it, agency copies that differ in a name or a verb slip through.
OVERLAP = 0.6
#: More articles of one story add time, and hardly a sentence that is better.
ARTICLES = 12
#: A sentence of the bottom line is short enough for three of them to fit into 120 words; the
#: leads of agency copy, which say most, have 25 to 45.
BOTTOM_WORDS = 45
#: The name that leaves the choice of the summarizer to the number of a story's origins.
AUTO = "auto"
#: Earlier sentences that a summary is held against; measured in docs/quality.md, and enough.
SAID = 200
STORY_SENTENCES = 4
STORY_WORDS = 100


class Printed:
    """The sentences of an issue so far; tells whether one more would repeat them."""

    def __init__(self) -> None:
        self._seen: list[frozenset[str]] = []
        #: Letters and digits of each: two outlets' copies may differ in marks and blanks, and one
        #: of stop words alone has no content words to be known by.
        self._letters: set[str] = set()

    def repeats(self, words: Sequence[str], sentence: str = "") -> bool:
        """Whether a sentence is a printed one, or its content words say mostly what one says."""
        new = frozenset(words)
        same = bool(new) and any(len(new & old) > OVERLAP * len(new) for old in self._seen)
        return same or (bool(sentence) and _letters(sentence) in self._letters)

    def add(self, words: Sequence[str], sentence: str = "") -> None:
        self._seen.append(frozenset(words))
        if letters := _letters(sentence):
            self._letters.add(letters)


def lead(story: Story, language: str) -> Article:
    """Return the best article in `language`, or else the best of all: whose headline is printed."""
    return next((a for a in story.articles if a.language == language), story.articles[0])


class Condenser:
    """Chooses the sentences of an issue, story by story; one object an issue."""

    def __init__(
        self,
        *,
        summarizer: str,
        language: str,
        said: Sequence[tuple[str, str]] = (),
        actors: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        """Begin an issue.

        said: (language, text) of sentences that earlier issues printed, the latest first.
        actors: by language, the stems of the names that the topic is about.
        """
        self._summarizer = summarizer
        self._language = language
        self._said = said
        self._actors = actors
        self._printed = Printed()
        self._known: dict[str, _Candidates] = {}
        for spoken, sentence in said:
            self._printed.add(text.stems(sentence, spoken), sentence)

    def bottom_line(self, story: Story, *, words: int) -> tuple[Sentence, int] | None:
        """Return the sentence that leads the story and its length, in at most `words` words.

        None if no sentence fits, or fewer than two would remain to tell the rest: a story whose
        only good sentence went to the bottom line would be an empty heading below it.
        """
        candidates = self._candidates(story)
        allowed = candidates.allowed(self._printed)
        lengths = [text.length(unit.text, candidates.language) for unit in candidates.text.units]
        limit = min(words, BOTTOM_WORDS)
        short = [ok and n <= limit for ok, n in zip(allowed, lengths, strict=True)]
        if sum(allowed) < 3 or not any(short):
            return None
        # One sentence that leads: however many outlets tell the story, one of them says it best.
        name = summarizers.default(1) if self._summarizer == AUTO else self._summarizer
        chosen = summarizers.summarize(name, candidates.text, sentences=1, allowed=short)
        if not chosen:
            return None
        return self._print(candidates, chosen)[0], lengths[chosen[0]]

    def summary(
        self,
        story: Story,
        *,
        sentences: int = STORY_SENTENCES,
        among: Collection[Sentence] | None = None,
    ) -> Summary:
        """Return two to four sentences of about a hundred words; fewer where fewer may stand.

        among: only these; None allows all.
        """
        candidates = self._candidates(story)
        allowed = candidates.allowed(self._printed)
        if among is not None:
            pairs = zip(allowed, candidates.sentences, strict=True)
            allowed = [ok and sentence in among for ok, sentence in pairs]
        chosen = summarizers.summarize(
            self._named(story),
            candidates.text,
            sentences=sentences,
            words=STORY_WORDS,
            allowed=allowed,
        )
        return Summary(sentences=tuple(self._print(candidates, chosen)))

    def take(self, words: str, language: str) -> bool:
        """Print other words of an article, unless they mostly repeat what is printed."""
        stems = text.stems(words, language)
        if self._printed.repeats(stems, words):
            return False
        self._printed.add(stems, words)
        return True

    def _candidates(self, story: Story) -> "_Candidates":
        if story.id not in self._known:
            candidates = _Candidates(story, self._language)
            spoken = candidates.language
            candidates.text = replace(
                candidates.text,
                actors=self._actors.get(spoken, frozenset()),
                known=tuple(s for other, s in self._said if other == spoken)[:SAID],
            )
            self._known[story.id] = candidates
        return self._known[story.id]

    def _named(self, story: Story) -> str:
        return summarizers.default(story.origins) if self._summarizer == AUTO else self._summarizer

    def _print(self, candidates: "_Candidates", chosen: Sequence[int]) -> list[Sentence]:
        """Note what was chosen for print; of equal sentences of one choice, the first alone."""
        kept: dict[str, int] = {}
        for index in chosen:
            unit = candidates.text.units[index]
            if kept.setdefault(_letters(unit.text), index) == index:
                self._printed.add(unit.words, unit.text)
        return [candidates.sentences[index] for index in kept.values()]


class _Candidates:
    """The sentences of a story's articles in one language, as units and as spans."""

    def __init__(self, story: Story, language: str) -> None:
        self.language = lead(story, language).language
        articles = [a for a in story.articles if a.language == self.language][:ARTICLES]
        self.text, spans = text.prepare([(a.title, a.text) for a in articles], self.language)
        self.sentences = tuple(
            Sentence(article=article.id, start=start, end=end)
            for article, of_article in zip(articles, spans, strict=True)
            for start, end in of_article
        )

        # A sentence is printed without its neighbours, so it may lean on none of them.
        self._stands = [
            guards.fault(unit.text, self.language) is None
            and not _same(unit.text, articles[unit.document].title)
            for unit in self.text.units
        ]

    def allowed(self, printed: Printed) -> list[bool]:
        """Return for each unit whether it may be printed now."""
        return [
            stands and not printed.repeats(unit.words, unit.text)
            for stands, unit in zip(self._stands, self.text.units, strict=True)
        ]


def _letters(sentence: str) -> str:
    return "".join(filter(str.isalnum, sentence.casefold()))


def _same(sentence: str, title: str) -> bool:
    """Whether a sentence is the headline again; the headline stands above it already."""
    return sentence.strip(" .。!?！？…").casefold() == title.strip(" .。!?！？…").casefold()
