"""Claims on a guarantee, as far as the actor may see them."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeTotal
from aftersale_svc.queries import claims
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.guarantee_claims import GUARANTEE_CLAIM_LISTS, GUARANTEE_CLAIMS, TOTALS


async def guarantee_claim(read: Reader[Settings], claim_id: str) -> tuple[GuaranteeClaim, list[ClaimStep]]:
    """The claim and its history. Raises: NotFound."""
    return await claims.claim(read, GUARANTEE_CLAIMS, claim_id)


async def guarantee_claims(
    read: Reader[Settings], order: ClaimOrder, limit: int, cursor: str | None, **filters: str | list[str] | None
) -> Page[GuaranteeClaim]:
    """A page of the claims that this actor may see, in this order."""
    return await read.page(GUARANTEE_CLAIM_LISTS[order], limit=limit, cursor=cursor, **filters)


async def guarantee_totals(read: Reader[Settings], merchant_id: str | None) -> list[GuaranteeTotal]:
    """What each guarantee has paid, by merchant and currency."""
    return await read.all(TOTALS, merchant_id=merchant_id)
