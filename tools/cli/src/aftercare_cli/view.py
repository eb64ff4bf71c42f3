"""What the commands show: progress while long steps run, and the state of the stack."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.table import Table

from aftercare_cli.stack.interface import Addresses, Piece

# A file or a pipe has no width; wide enough for the record is readable everywhere.
console = Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 130)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

COLOURS = {"up": "green", "down": "dim", "broken": "red"}


class Shown:
    """Progress on a terminal (a spinner that names what is at work) or as plain lines."""

    def __init__(self, status: Status | None) -> None:
        self._status = status
        self._started = time.monotonic()
        self._at_work: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, what: str) -> None:
        with self._lock:
            self._at_work[name] = what
            if self._status is None:
                console.print(f"  · {name}: {what}")
            self._refresh()

    def done(self, name: str, detail: str) -> None:
        with self._lock:
            self._at_work.pop(name, None)
            seconds = time.monotonic() - self._started
            console.print(f"  [green]✓[/] {name}  [dim]{detail} · {seconds:.1f} s[/]")
            self._refresh()

    def _refresh(self) -> None:
        if self._status is not None:
            self._status.update(" · ".join(f"{name}: {what}" for name, what in self._at_work.items()) or "…")


@contextmanager
def progress() -> Iterator[Shown]:
    if not console.is_terminal:
        yield Shown(None)
        return
    with console.status("…") as status:
        yield Shown(status)


def pieces(found: list[Piece]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for piece in found:
        table.add_row(piece.name, f"[{COLOURS[piece.state]}]{piece.state}[/]", f"[dim]{piece.detail}[/]")
    console.print(table)


def addresses(where: Addresses) -> None:
    for name, url in [*where.services.items(), ("payment-simulator", where.simulator), ("kafka", where.kafka)]:
        console.print(f"  {name:<18} [cyan]{url}[/]")


def fail(message: str) -> None:
    errors.print(f"[red]✗[/] {message}", soft_wrap=True)


def next_steps(where: Addresses, urls: Sequence[str], token: str) -> None:
    """Where the suite runs, and a call for each of these addresses to begin with."""
    console.print("\nThe suite is running:")
    addresses(where)
    console.print("\nTry it (you are the buyer; each service shows its API at /docs):")
    # Unbroken lines, to be copied.
    for line in (f"TOKEN={token}", *(f'curl -s -H "Authorization: Bearer $TOKEN" {url}' for url in urls)):
        console.print(line, markup=False, soft_wrap=True)
    console.print("\n`make down` ends it, `make reset` forgets it.")
