"""The brief as data: composed of stories, condensed to sentences, and proved.

    condense    which sentences of a story are printed: none twice, each standing on its own
    printer     numbers for sentences and sources, in the order in which a reader meets them
    sections    what changed, the fields, quotations, dates past and to come
    compose     all of it in its place
    quotes      direct speech with its speaker: marks, passages, people, speech/ by language
    timeline    sentences that date an event: dates/ by language
    coverage    what the issue rests on, counted
    codec       a brief as JSON, in one form only, and its hash
    verify      everything that is printed, held against the store

Problem: a brief is acted on, so whoever doubts a line must be able to follow it to the text that a
source published. Choice: the brief is data before it is a document. Every printed sentence is a
span of a stored revision whose name is the hash of its text; a renderer prints these fields and
nothing else, and `verify` reads the finished files back. Rejected: marking sentences in the
rendered page only (a second renderer would need a second proof), and storing copies of sentences
as the truth (a copy proves nothing).

The bottom line and the stories share no sentence. That costs the stories their first choice now and
then, and keeps the promise that nothing is told twice.

An edition on a schedule is held against what it told in the last two weeks; an issue on demand is
not, since who asks again means to get the answer again.
"""
