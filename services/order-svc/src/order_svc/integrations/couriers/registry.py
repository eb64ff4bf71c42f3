"""The couriers that this service takes pushes of: what the modules of `partners` offer. A new one is a module there."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from order_svc.integrations.couriers import partners
from order_svc.integrations.couriers.port import Courier


def _offered() -> Iterator[Courier]:
    for module in pkgutil.iter_modules(partners.__path__):
        offered: tuple[Courier, ...] = import_module(f"{partners.__name__}.{module.name}").COURIERS
        yield from offered


COURIERS: Mapping[str, Courier] = MappingProxyType({each.partner: each for each in _offered()})
"""The adapters by their partners' names, which are part of the addresses that they post to."""
