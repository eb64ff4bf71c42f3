"""Whether the units of a case have left: the stage of one opened before shipment, and what one may go on as."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleRestaged

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.final_sales import check_goods
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offers.policy import other_types, stage_now
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import check_units_sent
from aftersale_svc.domain.money.holds import balances, have_left
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def check_sent(tx: Transaction[Settings], full: FullCase, order: Order, type_: CaseType) -> None:
    """Refuse a type that is about units that have left, for a case of units of which some have not, or that come without a parcel; its order
    is locked.

    Raises:
        VirtualGoods: see `check_goods`.
        UnitsNotSent: see `check_units_sent`.
    """
    if type_ is not full.case.type:
        check_goods(TYPES[type_], order, [line.line_id for line in full.requested], "/type")
    stage = stage_now(full.case, order)
    if TYPES[type_].needs_shipped and not TYPES[full.case.type].needs_shipped and stage is Stage.IN_TRANSIT:
        holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
        possible = other_types(full.case.type)
        check_units_sent(TYPES[type_], stage, full.requested, balances(holds), possible)


async def came_back(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case whose goods were inspected: they had left, where at least as many units of each line were shipped.

    Otherwise they are refunded as goods that never left, and order-svc keeps them from leaving.
    """
    if full.case.stage is not Stage.PRE_SHIP:
        return full
    holds = await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id)
    return left(tx, full) if have_left(holds, full.case.id) else full


def left(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case once its units are on their way."""
    return replace(full, case=replace(full.case, stage=Stage.IN_TRANSIT, updated_at=tx.now))


def restaged_event(tx: Transaction[Settings], case: Case) -> AfterSaleRestaged:
    """The event of a case that was before shipment."""
    return AfterSaleRestaged(**case_fields(tx, case), previous_stage=Stage.PRE_SHIP, stage=case.stage)
