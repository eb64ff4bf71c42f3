"""SELECTs of refunds, each with all of its shares."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain.payments.model import Refund, RefundState
from order_svc.domain.payments.shares import SharedRefund, as_shares
from order_svc.tables.payments import REFUND_LIST, REFUND_OF_READER, REFUNDS, REFUNDS_BY_ID, SHARES_OF


async def refund(reader: Reader, refund_id: str) -> SharedRefund:
    """The refund with this id, or that has the share with this id, of an order that the reader may see.

    Raises:
        NotFound: there is no such refund, or the reader may not see it.
    """
    found = await reader.one(REFUND_OF_READER, refund_id=refund_id)
    return await _shared(reader, found)


async def any_refund(reader: Reader, refund_id: str) -> SharedRefund:
    """As `refund`, of any order: for those who may read all refunds.

    Raises:
        NotFound: there is no such refund.
    """
    found = await reader.one(REFUNDS_BY_ID, refund_ids=[refund_id])
    return await _shared(reader, found)


async def refunds(reader: Reader, limit: int, cursor: str | None, *, state: RefundState) -> Page[Refund]:
    """A page of the refunds in this state, or their shares, the oldest first."""
    return await reader.page(REFUND_LIST, limit=limit, cursor=cursor, state=state)


async def _shared(reader: Reader, found: Refund | None) -> SharedRefund:
    if found is None:
        raise NotFound(what=REFUNDS.name)
    shares = [found] if found.share_of is None else await reader.all(SHARES_OF, refund_id=found.share_of)
    return SharedRefund([as_shares(each) for each in shares])
