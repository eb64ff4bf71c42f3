"""What the commands print: progress of long steps, and the state of the stack."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.table import Table

from aftercare_cli.stack.interface import Addresses, ComponentStatus

# A file or a pipe has no width; 130 columns hold the demo's record without breaks.
console = Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 130)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

COLOURS = {"up": "green", "down": "dim", "broken": "red"}


class ProgressView:
    """Shows the steps that are running: with a spinner on a terminal, else as lines. Steps may run in threads."""

    def __init__(self, status: Status | None) -> None:
        self._status = status
        self._started = time.monotonic()
        self._running: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, what: str) -> None:
        with self._lock:
            self._running[name] = what
            if self._status is None:
                console.print(f"  · {name}: {what}")
            self._refresh()

    def done(self, name: str, detail: str) -> None:
        with self._lock:
            self._running.pop(name, None)
            seconds = time.monotonic() - self._started
            console.print(f"  [green]✓[/] {name}  [dim]{detail} · {seconds:.1f} s[/]")
            self._refresh()

    def _refresh(self) -> None:
        if self._status is not None:
            self._status.update(" · ".join(f"{name}: {what}" for name, what in self._running.items()) or "…")


@contextmanager
def progress() -> Iterator[ProgressView]:
    """A progress view for the block."""
    if not console.is_terminal:
        yield ProgressView(None)
        return
    with console.status("…") as status:
        yield ProgressView(status)


def components(found: list[ComponentStatus]) -> None:
    """Print one line per component of the stack."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for component in found:
        state = f"[{COLOURS[component.state]}]{component.state}[/]"
        table.add_row(component.name, state, f"[dim]{component.detail}[/]")
    console.print(table)


def addresses(found: Addresses) -> None:
    """Print the address of every service, of the simulator and of Kafka."""
    for name, url in [*found.services.items(), ("payment-simulator", found.simulator), ("kafka", found.kafka)]:
        console.print(f"  {name:<18} [cyan]{url}[/]")


def error(message: str) -> None:
    """Print one line on stderr."""
    errors.print(f"[red]✗[/] {message}", soft_wrap=True)


def next_steps(found: Addresses, urls: Sequence[str], token: str) -> None:
    """Print the addresses, and one curl command for each of `urls`."""
    console.print("\nThe suite is running:")
    addresses(found)
    console.print("\nTry it as the buyer (each service shows its API at /docs):")
    # Not wrapped, so that they can be copied.
    for line in (f"TOKEN={token}", *(f'curl -s -H "Authorization: Bearer $TOKEN" {url}' for url in urls)):
        console.print(line, markup=False, soft_wrap=True)
    console.print("\n`make down` stops it, `make reset` deletes its data.")
