"""The command line: one module a noun, imported only when its command is called.

The table of commands stands here, beside nothing heavy, because `briefing --help` and a wrong word
must answer at once: Typer alone needs six times as long to import as Python needs to start. So the
first word is looked up here, and Typer, which reads the options of each command, comes with the
command's own module. Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed with
one clear line, 2 wrong usage, 3 done but degraded.
"""

import os
import sys
from importlib import import_module

#: command -> (module with its Typer `app`, what it does), in the order of the help page.
COMMANDS: dict[str, tuple[str, str]] = {
    "now": ("service.cli.now", "collect, compose and render one issue now"),
    "collect": ("service.cli.collect", "read every source that is due, store what is new"),
    "serve": ("service.cli.serve", "scheduler, delivery and web archive, until stopped"),
    "status": ("service.cli.status", "how everything stands, and what wants you"),
    "worker": ("service.cli.worker", "do the work of serve beside others, on PostgreSQL"),
    "issues": ("service.cli.issues", "list, show, render, verify or rebuild what was published"),
    "render": ("service.cli.render", "render an issue with templates of your own"),
    "editions": ("service.cli.editions", "when each is due, what became of it, what is held"),
    "sources": ("service.cli.sources", "list the sources and what became of them"),
    "recipients": ("service.cli.recipients", "whom issues go to, and who gets what"),
    "deliveries": ("service.cli.deliveries", "what became of each message; retry, resolve"),
    "web": ("service.cli.web", "make the hash of the web archive's password"),
    "explain": ("service.cli.explain", "why an article is in, or out, part by part"),
    "store": ("service.cli.store", "migrate, check, copy or prune the database"),
    "init": ("service.cli.init", "write a commented briefing.toml"),
    "doctor": ("service.cli.doctor", "what is wrong here, and the command that mends it"),
    "lab": ("service.cli.lab", "run one stage on texts of your own"),
}


def usage() -> str:
    """Return the help page of the whole program."""
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    return (
        "Usage: briefing COMMAND [OPTIONS]\n\n"
        "A brief of new articles that can be checked, sentence by sentence.\n\n"
        f"Commands:\n{rows}\n\n"
        "Options:\n"
        "  --help     this page; briefing COMMAND --help has the command's options\n"
        "  --version  the version\n\n"
        "Settings come from --config FILE, else ./briefing.toml, else built-in defaults.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but degraded.\n"
    )


def main() -> None:
    """Run one command and leave with its exit code."""
    words = sys.argv[1:]
    if not words or words[0] in ("--help", "-h", "help"):
        sys.stdout.write(usage())
        sys.exit(0 if words else 2)
    if words[0] == "--version":
        from service import __version__

        sys.stdout.write(f"briefing {__version__}\n")
        sys.exit(0)
    if words[0] not in COMMANDS:
        sys.stderr.write(f'briefing: there is no command "{words[0]}"; try briefing --help\n')
        sys.exit(2)
    sys.exit(_run(words[0], words[1:]))


def _check_epoch() -> None:
    """Refuse a SOURCE_DATE_EPOCH that is no time, before a library that reads it fails on it."""
    from datetime import UTC, datetime

    from service.errors import SettingsError

    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        if fixed is not None:
            datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):
        raise SettingsError(
            (f'SOURCE_DATE_EPOCH="{fixed}": must be whole seconds since 1970',)
        ) from None


def _run(command: str, words: list[str]) -> int:
    import logging

    from service.errors import BriefError, SettingsError, UsageError

    try:
        _check_epoch()
        module = import_module(COMMANDS[command][0])
        import_module("service.cli.console").log_to_stderr(logging.ERROR)
        module.app(args=words, prog_name=f"briefing {command}")
    except SettingsError as error:
        sys.stderr.write("".join(f"briefing: {problem}\n" for problem in error.problems))
        return 1
    except BriefError as error:
        sys.stderr.write(f"briefing: {error}\n")
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        # Whoever read our output has had enough ("briefing issues list | head").
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("briefing: stopped\n")
        return 130
    return 0
