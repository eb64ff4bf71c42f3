"""Who cannot decide a dispute, since they have decided about its case."""

from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace

from aftersale_svc.commands.decisions import decisions
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES


async def locked(tx: Transaction[Settings], dispute_id: str) -> Dispute:
    """Lock a dispute, with those who have decided about its case by now, since it was opened or appealed as well.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    return _with(dispute, await decisions.deciders(tx, dispute.case_id))


async def locked_after(tx: Transaction[Settings], order: Order, dispute_id: str) -> Dispute:
    """The same of a dispute whose order was locked before, and read with them. Raises: as `locked`."""
    return _with(await tx.lock(DISPUTES, dispute_id), order.deciders or ())


def _with(dispute: Dispute, found: Iterable[str]) -> Dispute:
    return replace(dispute, decider_ids=list(dict.fromkeys([*dispute.decider_ids, *found])))
