"""What the command groups of several packages share."""

from collections.abc import Awaitable, Callable

from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

Once = Callable[[Callable[[Runtime[S]], Awaitable[int | None]]], None]
"""Runs a function with an open runtime, then ends the process with the exit code that it returns (0 for None)."""
