"""Claims on couriers, as far as the actor may see them; buyers see none."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.courier_claims.model import CourierClaim, ParcelReport
from aftersale_svc.queries import claims
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.courier_claims import COURIER_CLAIM_LISTS, COURIER_CLAIMS
from aftersale_svc.tables.goods.parcel_reports import REPORTS_OF_WAYBILL


async def courier_claim(
    read: Reader[Settings], claim_id: str
) -> tuple[CourierClaim, list[ParcelReport], list[ClaimStep]]:
    """The claim, what the courier reported of its parcel, and its history. Raises: NotFound."""
    claim, steps = await claims.claim(read, COURIER_CLAIMS, claim_id)
    about = {"carrier": claim.carrier, "waybill_no": claim.waybill_no}
    reports = await read.all(REPORTS_OF_WAYBILL, order_id=claim.order_id, **about)
    return claim, reports, steps


async def courier_claims(
    read: Reader[Settings], order: ClaimOrder, limit: int, cursor: str | None, **filters: str | list[str] | None
) -> Page[CourierClaim]:
    """A page of the claims that this actor may see, in this order."""
    return await read.page(COURIER_CLAIM_LISTS[order], limit=limit, cursor=cursor, **filters)
