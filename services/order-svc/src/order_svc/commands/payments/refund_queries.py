"""Queries of refunds that people ask for, before the next one is due."""

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.payments import call_queue
from order_svc.domain.payments.lifecycle import REFUND, RefundAction
from order_svc.domain.payments.model import Refund
from order_svc.domain.payments.shares import SharedRefund
from order_svc.settings import Settings
from order_svc.tables.payments import CALLS_TO_LOCK, QUERY_NOW, REFUNDS, SHARES_OF


async def query(tx: Transaction[Settings], refund_id: str) -> None:
    """Let the next query of each share that is with the provider be due now. The refund stays as it is until the provider responds.

    Raises:
        NotFound: there is no such refund.
        IllegalTransition, ActionNotAllowed: see REFUND.
    """
    known = await tx.get(REFUNDS, refund_id)
    await tx.lock_all(CALLS_TO_LOCK, refund_ids=[each.id for each in await _shares(tx, known)])
    refund = SharedRefund(await _shares(tx, await tx.get(REFUNDS, refund_id)))
    queried = [REFUND.apply(each, RefundAction.QUERY, tx) for each in refund.to_query]
    await tx.execute(QUERY_NOW, refund_ids=[each.id for each in queried], now=tx.now)
    tx.wake(call_queue.WORKER)


async def _shares(tx: Transaction[Settings], refund: Refund) -> list[Refund]:
    return [refund] if refund.share_of is None else await tx.all(SHARES_OF, refund_id=refund.share_of)
