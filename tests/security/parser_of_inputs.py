"""What reads an input that others send."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Parser:
    """What reads an input, with the exceptions that it may raise, and inputs that it accepts."""

    read: Callable[[bytes], object]
    examples: tuple[bytes, ...]
    refuses: tuple[type[Exception], ...] = ()

    def run(self, data: bytes) -> None:
        """Read this input. Raises: whatever is not documented."""
        with suppress(self.refuses):
            self.read(data)
