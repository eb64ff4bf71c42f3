"""A payment provider that runs on one machine: it keeps its ledger in memory or in a file, and fails on request."""

from aftercare_simulators.payment.app import create
from aftercare_simulators.payment.command import main

__all__ = ["create", "main"]
