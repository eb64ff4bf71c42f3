"""Couriers that walk parcels through their lives and push each step in the real format of their partner."""

from aftercare_simulators.couriers.delivery import Courier, Reply, Tally
from aftercare_simulators.couriers.faults import Fault, with_fault
from aftercare_simulators.couriers.lives import LIVES, life, statuses_of
from aftercare_simulators.couriers.partners import PARTNERS
from aftercare_simulators.couriers.schedule import Disorder, Push, schedule
from aftercare_simulators.couriers.wire import Partner, Request, Scan, StatusUnknown

__all__ = [
    "LIVES",
    "PARTNERS",
    "Courier",
    "Disorder",
    "Fault",
    "Partner",
    "Push",
    "Reply",
    "Request",
    "Scan",
    "StatusUnknown",
    "Tally",
    "life",
    "schedule",
    "statuses_of",
    "with_fault",
]
