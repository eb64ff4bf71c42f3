"""Alipay's open platform on one machine: payments by QR code, refunds and callbacks, over the ledger of the simulators."""

from aftercare_simulators.alipay.app import create
from aftercare_simulators.alipay.gateway import Account

__all__ = ["Account", "create"]
