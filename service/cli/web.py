"""`briefing web`: what the web archive needs of the command line."""

import sys

import typer

from service.cli.console import new_app

app = new_app("What the web archive needs: the hash of its password.")


@app.callback()
def group() -> None:
    """What the web archive needs."""


@app.command("hash-password")
def hash_password() -> None:
    """Read a password from standard input and print its hash, for the environment.

    On a terminal it is asked for, and not shown.
    """
    from service.archive.exposure import password_hash

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    typer.echo(password_hash(password))
