"""What a buyer has paid on top for replacements that go back later, in other cases of the order."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event
from aftercare_events.catalogue.exchanges import OwedBackCause

from aftersale_svc.commands.money import open_charges
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.locks import CASES_TO_LOCK
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.money.surcharges import PAID_EXCHANGES

STEP = "owe_surcharge"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""


async def returned(tx: Transaction[Settings], full: FullCase) -> list[tuple[FullCase, FullCase, Sequence[Event]]]:
    """The exchanges of which no unit is left to the buyer now that a locked case was refunded: before, after, and the events.

    The units of a line are alike, so that which of them were exchanged is known once all of them are back.
    """
    if not full.is_refunded:
        return []
    paid = await tx.all(PAID_EXCHANGES, order_id=full.case.order_id, case_id=full.case.id)
    if not paid:
        return []
    await tx.flush()  # what the case has settled
    found = balances(await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id))
    back = {each.line_id for each in found if each.settled_units >= each.quantity}
    locked = await tx.lock_all(CASES_TO_LOCK, case_ids=[row["case_id"] for row in paid])
    exchanges = [each for each in await full_cases(tx, locked) if back.issuperset(_replaced(each))]
    return [(each, *open_charges.owed_anyway(tx, each, OwedBackCause.GOODS_RETURNED)) for each in exchanges]


def _replaced(exchange: FullCase) -> set[str]:
    """The lines of which units were exchanged."""
    return {line.line_id for line in exchange.lines if line.refund_units}
