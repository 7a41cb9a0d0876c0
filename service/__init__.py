"""A briefing service that prints what others wrote, and proves it.

    model, errors       what everything speaks of: frozen data, one error tree
    topic, stories      which articles matter, and which of them tell one event: pure
    brief               what is printed of them, and the proof of it: pure
    store               articles, issues and their files in one database
    render              a brief as PDF, HTML, mail, text, Markdown, JSON
    settings            one TOML file
    pipeline            collect, publish, prove
    app                 the only place where all of these are put together
    cli                 the command line

Imports go one way, from the bottom of this list to the top; the test command checks it. What is
pure reads no clock, no file and no environment: the moment and the period are arguments, so the
same inputs and versions give the same bytes, PDF included.
"""

__version__ = "0.1.0"
