"""What the command groups of the packages share."""

from collections.abc import Awaitable, Callable

from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

Once = Callable[[Callable[[Runtime[S]], Awaitable[int | None]]], None]
"""Runs an act with an open runtime, and ends the process with the exit code that the act returns (0 for None)."""
