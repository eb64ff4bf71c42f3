"""What the command groups of several packages share."""

from collections.abc import Awaitable, Callable

import typer

from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

Once = Callable[[Callable[[Runtime[S]], Awaitable[int | None]]], None]
"""Runs a function with an open runtime, then ends the process with the exit code that it returns (0 for None)."""


def text(value: str) -> str:
    """Check an argument that the database stores or compares.

    Bytes of a command line that are not UTF-8 become lone surrogates, which no text of PostgreSQL contains.

    Raises:
        BadParameter: It has such bytes.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("is not UTF-8") from None
    return value
