"""Free loopback ports, and recorded ones that stay the same from one start to the next."""

import json
import secrets
from pathlib import Path

from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.processes import port_is_free

# Below the range of outgoing connections of Linux, which could take a port between two starts.
RANGE = range(20_000, 30_000)


def choose(taken: set[int] | None = None) -> int:
    """A port that is free now and not in `taken`.

    Raises:
        StackError: none was found.
    """
    for _ in range(200):
        port = secrets.choice(RANGE)
        if port not in (taken or set()) and port_is_free(port):
            return port
    raise StackError("no free loopback port between 20000 and 30000")


def base(numbers: list[int]) -> int:
    """A port base above which all these offsets are free.

    Raises:
        StackError: none was found.
    """
    for _ in range(200):
        start = secrets.choice(RANGE) // 10 * 10
        if all(port_is_free(start + number) for number in numbers):
            return start
    raise StackError("no free block of loopback ports between 20000 and 30000")


def recorded(file: Path, names: list[str]) -> dict[str, int]:
    """The ports recorded in `file`; the first call chooses and records them."""
    if file.exists():
        ports: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        return ports
    chosen: dict[str, int] = {}
    for name in names:
        chosen[name] = choose(set(chosen.values()))
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return chosen
