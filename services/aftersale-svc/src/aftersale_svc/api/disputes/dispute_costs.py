"""What disputes have cost 维权成本: who bears which costs, for the settlement between merchants and the platform."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PrincipalId
from fastapi import APIRouter, Query

from aftersale_svc.api.schemas.disputes.verdicts import CostTotalOut, DisputeCostOut, DisputeCostsOut
from aftersale_svc.domain.disputes.costs import CostBearer
from aftersale_svc.queries import verdicts
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/dispute-costs", tags=["disputes"], route_class=ApiRoute)


@router.get("", operation_id="listDisputeCosts", dependencies=[require_role("seller", "agent", "admin")])
async def list_dispute_costs(
    reader: Read[Settings],
    merchant_id: Annotated[
        PrincipalId | None, Query(description="Only those of disputes of this merchant, with their totals.")
    ] = None,
    dispute_id: Annotated[Id | None, Query(description="Only those of this dispute, with their totals.")] = None,
    bearer: Annotated[CostBearer | None, Query(description="Only those that this side bears.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> DisputeCostsOut:
    """List the costs of disputes, newest first; of one merchant or one dispute, with what each side bears of all of them.

    They are a record for the settlement; no money of the buyer moves by them. A seller sees those of its own merchant.
    """
    filters = {"merchant_id": merchant_id, "dispute_id": dispute_id, "bearer": bearer}
    page, totals = await verdicts.costs(reader, limit, cursor, **filters)
    return DisputeCostsOut(
        data=[DisputeCostOut.of(each) for each in page.data],
        has_more=page.has_more,
        next_cursor=page.next_cursor,
        totals=[CostTotalOut.of(each) for each in totals],
    )
