"""Starts a service as its own command does, in a world that is not as it should be.

    python launch.py order_svc.main serve

FAILURE_CLOCK: a file with the seconds by which this host's clock is wrong, read again at each look at the clock.
FAILURE_LEASE_SECONDS: after how long a payment call of a dead worker is taken up by the next (the product waits 30 s).
FAILURE_SESSION_MS: after how long Kafka takes a silent consumer for dead (the product's own setting needs half a minute).
"""

import importlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aftercare_chassis.kafka import clients
from aftercare_chassis.service import Service


class WrongClock:
    """The machine's clock, put wrong by what the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text() or 0))


def prepared(service: Service) -> Service:
    """The service with the world's faults built in."""
    if file := os.environ.get("FAILURE_CLOCK"):
        runtime = service.runtime
        runtime.clock = WrongClock(Path(file))
        runtime.verifier = runtime.verifier.at(runtime.clock)
    if milliseconds := os.environ.get("FAILURE_SESSION_MS"):
        clients.CONSUMER["session_timeout_ms"] = int(milliseconds)
        clients.CONSUMER["heartbeat_interval_ms"] = int(milliseconds) // 4
        clients.CONSUMER["rebalance_timeout_ms"] = int(milliseconds)
    if (seconds := os.environ.get("FAILURE_LEASE_SECONDS")) and service.name == "order-svc":
        calls = importlib.import_module("order_svc.commands.provider_calls")
        calls.LEASE = timedelta(seconds=float(seconds))  # type: ignore[attr-defined]
    return service


if __name__ == "__main__":
    made = importlib.import_module(sys.argv.pop(1)).service()
    prepared(made).cli()
