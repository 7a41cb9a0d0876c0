"""What others need for the same feeds; run by `benchmarks.collect` with their own interpreter.

`python peers.py reader|feedparser COUNT` reads that many addresses, one a line, from stdin, and
prints the seconds. It imports nothing of this project: `reader` lives in an environment of its own.
"""

import sys
import tempfile
import time


def _reader(urls: list[str]) -> None:
    """Collect into a database of its own, as `reader update --workers` does."""
    from reader import make_reader  # type: ignore[import-not-found,unused-ignore]

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(f"{folder}/db.sqlite")
        for url in urls:
            reader.add_feed(url)
        begin = time.perf_counter()
        reader.update_feeds(workers=20)
        first = time.perf_counter() - begin
        entries = reader.get_entry_counts().total
        print(first, entries)


def _feedparser(urls: list[str]) -> None:
    """Fetch and parse one after the other, and store nothing."""
    from importlib import import_module

    parser = import_module("feedparser")
    begin = time.perf_counter()
    entries = sum(len(parser.parse(url).entries) for url in urls)
    print(time.perf_counter() - begin, entries)


if __name__ == "__main__":
    {"reader": _reader, "feedparser": _feedparser}[sys.argv[1]](sys.stdin.read().split())
