"""Pushes to order-svc in the formats of its courier partners, signed with their secrets."""

from aftercare_simulators.couriers import LIVES, Disorder, Fault, Request, Scan, Tally

from aftercare_cli.couriers.partners import PARTNERS
from aftercare_cli.couriers.posting import deliver, endpoint, push
from aftercare_cli.couriers.simulation import Simulation, simulate

__all__ = [
    "LIVES",
    "PARTNERS",
    "Disorder",
    "Fault",
    "Request",
    "Scan",
    "Simulation",
    "Tally",
    "deliver",
    "endpoint",
    "push",
    "simulate",
]
