"""How the steps of claims on a guarantee are saved, and what is locked before such a claim."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from aftersale_svc.commands.claims.claim_steps import ClaimSteps
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.claims.claim_kinds import GUARANTEE_KIND
from aftersale_svc.tables.claims.guarantee_claims import CASE_OF_GUARANTEE, GUARANTEE_CLAIMS, ORDER_OF_GUARANTEE

STEPS: ClaimSteps[GuaranteeAction, GuaranteeClaim] = ClaimSteps(GUARANTEE_KIND)


async def case_and_order(tx: Transaction[Settings], claim_id: str) -> tuple[FullCase, Order]:
    """Lock the case of a claim and its order, so that the claim can be locked next. Raises: NotFound."""
    order = await tx.one(ORDER_OF_GUARANTEE, claim_id=claim_id)
    case = await tx.one(CASE_OF_GUARANTEE, claim_id=claim_id)
    if order is None or case is None:
        raise NotFound(what=GUARANTEE_CLAIMS.name)
    [full] = await full_cases(tx, [case])
    return full, order
