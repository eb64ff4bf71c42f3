"""The claims beside a case."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.claims import ClaimKind, ClaimSummary
from aftersale_svc.queries.courier_claims import courier_claims
from aftersale_svc.queries.guarantee_claims import guarantee_claims
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES

MOST = 100


async def beside_case(read: Reader[Settings], case_id: str) -> list[ClaimSummary]:
    """The claims of each kind beside a case that this actor may see, newest first; at most a hundred of each. Raises: NotFound."""
    await read.get(CASES, case_id)
    guarantees = await guarantee_claims(read, MOST, None, case_id=case_id)
    found = [ClaimSummary(claim.id, ClaimKind(claim.kind), claim.state) for claim in guarantees.data]
    if read.actor.role == "buyer":
        return found  # buyers see no claims on couriers
    couriers = await courier_claims(read, MOST, None, case_id=case_id)
    return [*found, *(ClaimSummary(claim.id, ClaimKind.COURIER, claim.state) for claim in couriers.data)]
