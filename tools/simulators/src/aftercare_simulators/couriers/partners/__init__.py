"""Each partner's pushes by its name, which is that in the addresses of the shop unless it is another format (`adapter`).

They are what the modules of this package offer in `PARTNERS`.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module

from aftercare_simulators.couriers.wire import Partner


def _offered() -> Iterator[Partner]:
    for module in pkgutil.iter_modules(__path__):
        offered: tuple[Partner, ...] = import_module(f"{__name__}.{module.name}").PARTNERS
        yield from offered


PARTNERS: Mapping[str, Partner] = {each.name: each for each in _offered()}
