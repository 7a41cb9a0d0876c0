"""Templates of the documents, as package data.

`brief/` holds the issue: `page.html` (one file for a browser) and `paper.html` (what WeasyPrint
sets) share `body.html`; `brief.txt` and `brief.md` say the same in plain text. `mail/` holds the
two bodies of a message. Phrases that several of them print stand once, in `brief/words.txt`.

A template gets `brief`, a `service.model.Brief`, and nothing else; the mail's get `shown` and
`attached` beside it. Every section is a block, so that a template can extend one of these and
replace a single section. Sections whose data a brief does not hold yet are empty blocks in their
final place.
"""
