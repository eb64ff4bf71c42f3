"""Starts a service as its own command does, with faults of its host.

    python launch.py order_svc.main serve

FAILURE_CLOCK: a file with the seconds by which the host's clock is wrong; it is read again each time.
FAILURE_LEASE_SECONDS: when a payment call of a worker that died is taken over by another (30 s in production).
FAILURE_SESSION_MS: when Kafka removes a silent consumer from its group (half a minute in production).
FAILURE_NETWORK: the network namespace in which it runs.
"""

import importlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hosts
from aftercare_chassis.kafka import clients
from aftercare_chassis.service import Service


class WrongClock:
    """The machine's clock, off by the seconds in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text() or 0))


def with_faults(service: Service) -> Service:
    """The service, changed as the variables say."""
    if file := os.environ.get("FAILURE_CLOCK"):
        runtime = service.runtime
        runtime.clock = WrongClock(Path(file))
        runtime.verifier = runtime.verifier.at(runtime.clock)
    if milliseconds := os.environ.get("FAILURE_SESSION_MS"):
        clients.CONSUMER["session_timeout_ms"] = int(milliseconds)
        clients.CONSUMER["heartbeat_interval_ms"] = int(milliseconds) // 4
        clients.CONSUMER["rebalance_timeout_ms"] = int(milliseconds)
    if (seconds := os.environ.get("FAILURE_LEASE_SECONDS")) and service.name == "order-svc":
        calls = importlib.import_module("order_svc.commands.payments.provider_calls")
        calls.LEASE = timedelta(seconds=float(seconds))  # type: ignore[attr-defined]
    return service


if __name__ == "__main__":
    if network := os.environ.get("FAILURE_NETWORK"):
        hosts.enter(network)
    built = importlib.import_module(sys.argv.pop(1)).service()
    with_faults(built).cli()
