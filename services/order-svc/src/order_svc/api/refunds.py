"""Refunds 退款单: what is given back of payments, one by one, and those that their provider has not ended."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.refunds import ListedRefundOut, WholeRefundOut
from order_svc.commands.payments import refund_queries
from order_svc.domain.payments.lifecycle import REFUND, RefundAction
from order_svc.domain.payments.model import RefundState
from order_svc.domain.permissions import OPERATOR_OR_FINANCE
from order_svc.queries import refunds
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["payments"], route_class=ApiRoute)
RefundId = Annotated[Id, Path(description="The id of the refund, or of a share of it.")]


@router.get("/refunds", operation_id="listRefunds", dependencies=[require_role(*sorted(OPERATOR_OR_FINANCE.roles))])
async def list_refunds(
    read: Read,
    state: Annotated[RefundState, Query(description="Only refunds in this state.")] = RefundState.UNKNOWN,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ListedRefundOut]:
    """Refunds of all orders, the oldest first: by default those of which the provider has not reported what became of them."""
    page = await refunds.refunds(read, limit, cursor, state=state)
    return PageOut[ListedRefundOut].of(page, lambda found: ListedRefundOut.of_order(found, read.now))


@router.get("/refunds/{refund_id}", operation_id="getRefund")
async def get_refund(refund_id: RefundId, read: Read) -> WholeRefundOut:
    """A refund with all of its shares, for those who may read its order."""
    return WholeRefundOut.of(await refunds.refund(read, refund_id))


@router.post(
    "/refunds/{refund_id}/query",
    operation_id="queryRefund",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REFUND, RefundAction.QUERY)],
)
async def query_refund(refund_id: RefundId, tx: Tx[Settings]) -> WholeRefundOut:
    """Have the provider asked about a refund that is submitted or unknown right after this response, and not at the time of the next
    query. Only what the provider reports ends it; a refund that the provider does not have is submitted again under the same id."""
    await refund_queries.query(tx, refund_id)
    return WholeRefundOut.of(await refunds.any_refund(tx, refund_id))
