"""The stage of a case opened before shipment, once units of it have left after all."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleRestaged

from aftersale_svc.commands.record import about, save
from aftersale_svc.domain import holds
from aftersale_svc.domain.codes import Stage
from aftersale_svc.domain.model import Case, Order
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.orders import HOLDS

RESTAGE = "restage"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""


async def restage(tx: Transaction, order: Order) -> None:
    """Set the stage of those cases of the locked order of which units have left; a refund in flight is not touched."""
    known = await tx.all(HOLDS, order_id=order.id)
    overtaken = holds.overtaken(known)
    now = [replace(hold, stage=Stage.IN_TRANSIT) if hold.case_id in overtaken else hold for hold in known]
    for case_id in sorted(overtaken):
        case = holds.estimated(order, left(tx, await tx.lock(CASES, case_id)), now)
        await save(tx, case, RESTAGE, event(tx, case))


async def came_back(tx: Transaction, order: Order, case: Case) -> Case:
    """The case whose goods were inspected: they had left, where at least as many units of each line were shipped.

    Otherwise they are refunded as goods that never left, and order-svc keeps them from leaving.
    """
    if case.stage is not Stage.PRE_SHIP:
        return case
    own = [hold for hold in await tx.all(HOLDS, order_id=order.id) if hold.case_id == case.id]
    return left(tx, case) if all(hold.shipped_quantity >= hold.units for hold in own) else case


def left(tx: Transaction, case: Case) -> Case:
    """The case once its units are on their way."""
    return replace(case, stage=Stage.IN_TRANSIT, updated_at=tx.now)


def event(tx: Transaction, case: Case) -> AfterSaleRestaged:
    """What consumers are told of it."""
    return AfterSaleRestaged(**about(tx, case), previous_stage=Stage.PRE_SHIP, stage=case.stage)
