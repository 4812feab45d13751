"""How a command says that it cannot do what it was asked."""

from __future__ import annotations

from typing import NoReturn

import typer


def end(message: str, code: int = 2) -> NoReturn:
    """Say why on the error output and end with ``code``."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
