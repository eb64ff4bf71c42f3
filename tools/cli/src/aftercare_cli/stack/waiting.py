"""Waiting for a condition, with a deadline: the stack never hangs."""

import time
from collections.abc import Callable

from aftercare_cli.stack.interface import StackError


def wait_for(
    ready: Callable[[], bool], *, seconds: float, otherwise: str, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when `ready`; raise `otherwise` after `seconds`. `alive` may raise sooner, when waiting is in vain."""
    end = time.monotonic() + seconds
    pause = 0.02
    while not ready():
        alive()
        if time.monotonic() > end:
            raise StackError(otherwise)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
