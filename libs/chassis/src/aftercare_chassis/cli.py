"""What the command groups of the packages share."""

from collections.abc import Awaitable, Callable

from aftercare_chassis.runtime import Runtime

Once = Callable[[Callable[[Runtime], Awaitable[int | None]]], None]
"""Runs an act with an open runtime, and ends the process with the exit code that the act returns (0 for None)."""
