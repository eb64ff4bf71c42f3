"""Couriers that take orders: Kuaidi100 and SF on one machine, with one set of books, and faults to order."""

from aftercare_simulators.shipping.app import create
from aftercare_simulators.shipping.books import Account, Books, Fault
from aftercare_simulators.shipping.command import main

__all__ = ["Account", "Books", "Fault", "create", "main"]
