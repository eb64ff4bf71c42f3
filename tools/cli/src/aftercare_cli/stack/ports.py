"""Loopback ports that stay the same from one start to the next."""

import json
import secrets
from pathlib import Path

from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.processes import port_is_free

# Below the range from which Linux takes the ports of outgoing connections: nobody wanders in between two starts.
CHOICE = range(20_000, 30_000)


def choose(taken: set[int] | None = None) -> int:
    """A port that is free now."""
    for _ in range(200):
        port = secrets.choice(CHOICE)
        if port not in (taken or set()) and port_is_free(port):
            return port
    raise StackError("no free loopback port between 20000 and 30000")


def base(numbers: list[int]) -> int:
    """A port base above which all these places are free (a second stack beside the first one: tests)."""
    for _ in range(200):
        start = secrets.choice(CHOICE) // 10 * 10
        if all(port_is_free(start + number) for number in numbers):
            return start
    raise StackError("no free run of loopback ports between 20000 and 30000")


def remembered(file: Path, names: list[str]) -> dict[str, int]:
    """The ports recorded in `file`, chosen and recorded at the first call."""
    if file.exists():
        ports: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        return ports
    chosen: dict[str, int] = {}
    for name in names:
        chosen[name] = choose(set(chosen.values()))
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return chosen
