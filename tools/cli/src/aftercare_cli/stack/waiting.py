"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable

from aftercare_cli.stack.interface import StackError


def wait_for(
    ready: Callable[[], bool], *, seconds: float, otherwise: str, check: Callable[[], None] = lambda: None
) -> None:
    """Return when `ready()` holds. `check` is called meanwhile and may raise earlier.

    Raises:
        StackError: it does not hold after `seconds`; the message is `otherwise`.
    """
    end = time.monotonic() + seconds
    pause = 0.02
    while not ready():
        check()
        if time.monotonic() > end:
            raise StackError(otherwise)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
