"""A payment provider that runs on one machine, keeps its books in memory and fails to order."""

from aftercare_simulators.payment.app import create
from aftercare_simulators.payment.command import main

__all__ = ["create", "main"]
