"""Free loopback ports, and recorded ones that stay the same from one start to the next."""

import json
import secrets
import socket
from pathlib import Path

from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.processes import port_is_free

# Below the range of outgoing connections of Linux, which could take a port between two starts.
RANGE = range(20_000, 30_000)


# The UDP ports that this process holds for the TCP ports it has chosen: several processes choose at the same time (the
# workers of a test run), and seconds pass between the choice and the start of the server.
_held: dict[int, socket.socket] = {}


def choose() -> int:
    """A port that is free now. Nobody else chooses it while this process runs.

    Raises:
        StackError: none was found.
    """
    for _ in range(200):
        port = secrets.choice(RANGE)
        if _hold(port):
            return port
    raise StackError("no free loopback port between 20000 and 30000")


def base(numbers: list[int]) -> int:
    """A port base above which all these offsets are free. Nobody else chooses them while this process runs.

    Raises:
        StackError: none was found.
    """
    for _ in range(200):
        start = secrets.choice(RANGE) // 10 * 10
        if all(_hold(start + number) for number in numbers):
            return start
    raise StackError("no free block of loopback ports between 20000 and 30000")


def _hold(port: int) -> bool:
    """Whether the port is free and nobody holds it; it is held from now on until this process ends."""
    if port in _held or not port_is_free(port):
        return False
    holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return False
    _held[port] = holder
    return True


def recorded(file: Path, names: list[str]) -> dict[str, int]:
    """The ports recorded in `file`; the first call chooses and records them."""
    if file.exists():
        ports: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        return ports
    chosen: dict[str, int] = {}
    for name in names:
        chosen[name] = choose()
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return chosen
