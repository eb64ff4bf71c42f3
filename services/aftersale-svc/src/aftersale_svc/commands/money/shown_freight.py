"""The freight that open cases show, brought up to date once another case of their order takes part in its return otherwise."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events.catalogue.case_progress import AfterSaleFreightChanged

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.domain.money.shown_freight import counts_otherwise, shows_estimate
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.locks import CASES_TO_LOCK
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.orders import ORDER

STEP = "update_freight"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""
Changed = tuple[FullCase, FullCase, AfterSaleFreightChanged]


async def changed(tx: Transaction[Settings], before: FullCase | None, after: FullCase) -> list[Changed]:
    """The other open cases of the order that show another freight since this change, which is saved: as they were, as they are to be
    saved, and their events. The order is locked. `before` None: the case is new."""
    if not (before is None or after.has_neighbours) or not counts_otherwise(before, after):
        return []
    case = after.case
    holds = await tx.all(HOLDS_OF_ORDER, order_id=case.order_id)
    others = {each.case_id for each in holds if each.case_id and each.case_id != case.id and shows_estimate(each)}
    if not others or (order := await tx.one(ORDER, order_id=case.order_id)) is None:
        return []
    locked = await tx.lock_all(CASES_TO_LOCK, case_ids=sorted(others))
    open_ = await full_cases(tx, locked)
    found = [(full, replace(full, case=estimated(order, full.case, full.requested, holds))) for full in open_]
    return [(full, shown, _event(tx, shown.case)) for full, shown in found if shown != full]


def _event(tx: Transaction[Settings], case: Case) -> AfterSaleFreightChanged:
    return AfterSaleFreightChanged(
        **case_fields(tx, case), shipping_refund_minor=case.shipping_refund_minor, currency=case.currency
    )
