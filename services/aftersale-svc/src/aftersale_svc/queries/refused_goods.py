"""Claims to refused goods, as far as the actor may see them."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.queries import claims
from aftersale_svc.settings import Settings
from aftersale_svc.tables.goods.refused_goods_claims import REFUSED_GOODS_CLAIMS, REFUSED_GOODS_LISTS


async def refused_goods_claim(read: Reader[Settings], claim_id: str) -> tuple[RefusedGoodsClaim, list[ClaimStep]]:
    """The claim and its history. Raises: NotFound."""
    return await claims.claim(read, REFUSED_GOODS_CLAIMS, claim_id)


async def refused_goods_claims(
    read: Reader[Settings], order: ClaimOrder, limit: int, cursor: str | None, **filters: str | list[str] | None
) -> Page[RefusedGoodsClaim]:
    """A page of the claims that this actor may see, in this order."""
    return await read.page(REFUSED_GOODS_LISTS[order], limit=limit, cursor=cursor, **filters)
