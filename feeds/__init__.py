"""Sources: folders of documents and feeds, read into entries that are clean and can be cited.

`feeds.folder.FolderSource` and `feeds.feed.FeedSource` are the sources (`feeds.base.Source`); all
other modules serve them. Nothing here knows the store, the topic or the brief; it depends on
`service.model` and `service.errors` only, and on the lock of `service.pdfium`. Importing this
package imports nothing heavy: aiohttp is imported with `feeds.fetch`, and feedparser, trafilatura,
py3langid, dateparser and the other libraries inside the functions that use them.

The way of a text
    bytes -> `decode` -> facts above it (`metadata`, `extract`, `markdown`) -> `normal`
    -> `furniture` with `agencies`, `heads` and `teasers` -> `language` -> Entry (`documents`);
    for a feed, `fetch` and `syndication` come before (`mistaken` says what is none);
    for other documents, `pdf`, `docx` and `mail` make facts and text of the bytes.
A folder's documents are found by `listing`, read by `folder`, and `watch` tells when they change.

Design notes

*Everything is cleaned once, here.* A sentence of a brief is a span of a stored text, so what must
never be printed has to be gone before the text is stored. Rejected: cleaning when a brief is
composed, as others do; then offsets, hashes and near-duplicates would each see another text.

*Verbatim is a property of the whole package.* Steps may remove whole paragraphs, a dateline before
the first sentence, a credit or a link's words behind the last, and may change white space and
invisible characters. No step changes, joins or reorders words, but that a word which a PDF divides
at a line's end is put together, and that its columns are read one after the other. What is removed
may be kept beside the text, as origin or date.

*Unknown is better than guessed.* A date that is not fully there, or that can be read two ways, is
None; so is one that a page only mentions. A title made from the first sentence says so. An
encoding that leaves nonsense is refused. `published` is never the time of a file or of a fetch.

*A bad item costs itself.* A `Batch` carries entries and problems side by side; an exception leaves
`read` only when the whole source cannot be read. Problems are remembered in the cursor, because a
file that could not be read yesterday and was not touched since still cannot be read today, and the
brief must go on saying so. A problem is a fault, or the item is *skipped*: of its kind nothing is
ever read (a link file, a podcast's item), nothing is broken, and the source is as good as read.
Rejected: leaving such items out of the problems; then nobody could tell why they are not printed.

*The cursor belongs to the source.* It is an opaque string, stored with the entries in one
transaction by the caller. A source that fails keeps its old cursor, which makes "not modified"
mean "as last read well". Rejected: letting the store hold validators and file times in columns of
its own; each kind of source needs others, and they change together with the code that reads them.

*Politeness is decided apart from what acts.* `health` says when a source is asked again, `robots`
whether a page may be; both are pure in their rules, and `fetch` with `turns` only obeys. A `Batch`
carries what its answer said of the source (`outcome`); the caller keeps the health, in one
transaction with the items. Rejected: a client that sleeps and retries by itself; nobody could tell
when a source is read, or why not.

*A teaser may lead to its page.* `pages` fetches it and `fulltext` takes the article out; an entry
says which of the two its text is. Rejected: fetching every page; most feeds make that unnecessary.

*Parsing runs where it can be killed.* It is a pure function of bytes (`documents.read`,
`items.items`), and the sources are told where to run it: in the processes of `feeds.worker`, but
for small documents, in which nothing explodes and for which no process is started. An item that
takes more than five seconds or a gigabyte and a half costs itself; guards before the libraries
(size, nesting) keep that from costing the feed around it.

*Libraries do what they are best at, and no more.* feedparser reads dialects but neither fetches,
cleans nor resolves; nh3 cleans; lxml makes text of markup; trafilatura finds the article in a page
but neither fetches nor dates it; dateparser reads whole dates in words and never relative ones.
"""
