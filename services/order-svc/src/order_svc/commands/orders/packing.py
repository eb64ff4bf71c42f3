"""Packing an order before a courier takes it, and unpacking it."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import OrderPacked, OrderUnpacked, PackedPackage
from aftercare_events.catalogue.orders import UnpackCause

from order_svc.commands import effects
from order_svc.commands.orders import order_units
from order_svc.commands.record import order_fields
from order_svc.domain import fulfilment, packing
from order_svc.domain.fulfilment import Pick
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderLine
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.packing import Package
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS


async def pack(tx: Transaction[Settings], order_id: str, *, packages: Sequence[Package] | None = None) -> Order:
    """The merchant has packed these packages; without any, all that may be shipped now in one. The address is fixed until they have left.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, AlreadyPacked, NothingLeftToShip, AllUnitsHeld: see ORDER.
        UnknownLine, DuplicateLine, VirtualGoods, QuantityExceedsShippable, UnitsHeldByCase: see `packing.check`.
    """
    order = await tx.lock(ORDERS, order_id)
    units = await order_units.read(tx, order_id)
    packed = ORDER.apply(order, OrderAction.PACK, tx, OrderFacts(units.lines))
    if packages is None:
        packages = packing.everything(units.lines)
    packing.check(units.lines, packages, units.case_lines)
    content = packing.stored(packages)
    packed = replace(packed, packed_at=tx.now, packages=content)
    event = OrderPacked(
        **order_fields(tx, packed), packed_at=tx.now, packages=tuple(PackedPackage(**each) for each in content)
    )
    return await effects.enter(tx, order, packed, event)


async def unpack(tx: Transaction[Settings], order_id: str) -> Order:
    """The merchant takes the goods out of their packages again: the buyer may change the address and cancel.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, NotPacked: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    unpacked = without_packages(ORDER.apply(order, OrderAction.UNPACK, tx))
    return await effects.enter(tx, order, unpacked, unpacked_event(tx, unpacked, UnpackCause.MERCHANT))


def without_sent(order: Order, picks: Sequence[Pick], left: Sequence[OrderLine]) -> Order:
    """The order after these units have left their packages. `left` are its lines: where nothing is left of them, no package is."""
    if order.packages is None:
        return order
    packages = [] if fulfilment.fully_shipped(left) else packing.left(order.packages, picks)
    return replace(order, packages=packages)


def without_packages(order: Order) -> Order:
    """The order as one that is not packed."""
    return replace(order, packed_at=None, packages=None)


def unpacked_event(tx: Transaction[Settings], order: Order, cause: UnpackCause) -> OrderUnpacked:
    """The event that the order is not packed any more."""
    return OrderUnpacked(**order_fields(tx, order), cause=cause)
