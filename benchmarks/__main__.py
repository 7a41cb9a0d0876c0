"""`./run bench [NAME …]`: run the named benchmarks, or list them."""

import sys
from importlib import import_module

#: name -> (module with `main(words)`, what it measures)
BENCHMARKS = {
    "start": ("benchmarks.start", "briefing --help beside python -c pass"),
    "now": ("benchmarks.now", "briefing now step by step, beside WeasyPrint alone"),
    "collect": ("benchmarks.collect", "1,000 feeds beside reader, feedparser and a bare client"),
    "deliver": ("benchmarks.deliver", "10,000 recipients to a sink beside a bare loop"),
    "crash": ("benchmarks.crash", "kill -9 while an issue is sent: lost, doubled, in doubt"),
    "summarize": ("benchmarks.summarize", "our summarizers beside sumy's: time"),
    "stories": ("benchmarks.stories", "relevance and stories on labelled data, growth"),
    "condense": (
        "benchmarks.condense",
        "an issue whose articles were worked out before, or not",
    ),
    "scale": ("benchmarks.scale", "workers on PostgreSQL: one, two, and the queue alone"),
    "capacity": ("benchmarks.capacity", "what scale measured, simulated and carried to any size"),
    "year": ("benchmarks.year", "a year of the calendar: 40 restarts, leaps of the clock, edits"),
    "archive": ("benchmarks.archive", "1,000 issues: each page, and a load beside a bare hello"),
    "quality": ("benchmarks.quality", "every summarizer on labelled data: ROUGE"),
}


def main() -> int:
    """Run what is named on the command line; list the benchmarks when nothing is."""
    words = sys.argv[1:]
    if not words or words[0] not in BENCHMARKS:
        for name, (_, text) in BENCHMARKS.items():
            print(f"  {name:<10} {text}")
        return 0 if not words else 2
    import_module(BENCHMARKS[words[0]][0]).main(words[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
