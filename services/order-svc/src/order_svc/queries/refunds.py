"""SELECTs of refunds, each with all of its shares."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain.payments.shares import SharedRefund, as_shares
from order_svc.tables.payments import PAYMENTS, REFUNDS, REFUNDS_BY_ID, SHARES_OF


async def refund(reader: Reader, refund_id: str) -> SharedRefund:
    """The refund with this id, or that has the share with this id, of an order that the reader may see.

    Raises:
        NotFound: there is no such refund, or the reader may not see it.
    """
    for found in await reader.all(REFUNDS_BY_ID, refund_ids=[refund_id]):
        await _check_visible(reader, found.payment_id)
        shares = [found] if found.share_of is None else await reader.all(SHARES_OF, refund_id=found.share_of)
        return SharedRefund([as_shares(each) for each in shares])
    raise NotFound(what=REFUNDS.name)


async def _check_visible(reader: Reader, payment_id: str) -> None:
    try:
        await reader.get(PAYMENTS, payment_id)
    except NotFound:
        raise NotFound(what=REFUNDS.name) from None
