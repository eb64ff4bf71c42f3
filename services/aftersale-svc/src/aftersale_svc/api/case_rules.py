"""What merchants set about their cases 售后规则: rules in versions, and the default return address."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import PrincipalId
from fastapi import APIRouter, Path

from aftersale_svc import queries
from aftersale_svc.api.schemas.case_rules import (
    CaseRulesIn,
    CaseRulesOut,
    DefaultReturnAddressIn,
    DefaultReturnAddressOut,
    TrialOut,
    TryRulesIn,
)
from aftersale_svc.commands import case_rules
from aftersale_svc.domain.rules.errors import AddressWithoutApproval, CurrenciesDiffer, RangeEmpty, RuleRepeated
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/merchants/{merchant_id}", tags=["merchants"], route_class=ApiRoute)
MerchantId = Annotated[PrincipalId, Path(description="The merchant, as in the tokens of its sellers.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version, from 1.")]
CHECKED = refusals(RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval)


@router.get(
    "/case-rules",
    operation_id="getCaseRules",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_case_rules(merchant_id: MerchantId, reader: Read[Settings]) -> CaseRulesOut:
    """Get the rules of a merchant that are in force. Where none were ever published, 404: the merchant decides about everything."""
    return CaseRulesOut.of(await queries.case_rules(reader, merchant_id))


@router.put(
    "/case-rules",
    operation_id="publishCaseRules",
    responses=CHECKED,
    dependencies=[require_role("seller")],
)
async def publish_case_rules(merchant_id: MerchantId, body: CaseRulesIn, tx: Tx[Settings]) -> CaseRulesOut:
    """Publish the rules of a merchant as the next version. They decide about cases that are opened from now on.

    The first rule that matches a case decides. No rule rejects: what none matches, the merchant decides.
    """
    return CaseRulesOut.of(await case_rules.publish(tx, merchant_id, rules=body.documents()))


@router.get(
    "/case-rules/versions/{number}",
    operation_id="getCaseRulesVersion",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_case_rules_version(merchant_id: MerchantId, number: Number, reader: Read[Settings]) -> CaseRulesOut:
    """Get the rules of a merchant as they were published in this version."""
    return CaseRulesOut.of(await queries.case_rules_version(reader, merchant_id, number))


@router.post(
    "/case-rules/try",
    operation_id="tryCaseRules",
    responses=CHECKED,
    dependencies=[require_role("seller", "agent", "admin")],
)
async def try_case_rules(merchant_id: MerchantId, body: TryRulesIn, tx: Tx[Settings]) -> TrialOut:
    """Show what other rules would have done with the merchant's newest cases. Nothing is published and no case changes.

    Stage and freight of a case are what is known of them now; both may have changed since it was opened.
    """
    return TrialOut.of(await case_rules.try_out(tx, merchant_id, rules=body.documents(), most=body.cases))


@router.get(
    "/return-address",
    operation_id="getDefaultReturnAddress",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_default_return_address(merchant_id: MerchantId, reader: Read[Settings]) -> DefaultReturnAddressOut:
    """Get where the goods of a merchant go back to if an approval names no address."""
    return DefaultReturnAddressOut.of(await queries.default_return_address(reader, merchant_id))


@router.put(
    "/return-address",
    operation_id="setDefaultReturnAddress",
    dependencies=[require_role("seller")],
)
async def set_default_return_address(
    merchant_id: MerchantId, body: DefaultReturnAddressIn, tx: Tx[Settings]
) -> DefaultReturnAddressOut:
    """Set where the goods of a merchant go back to if an approval names no address.

    It is used by approvals of the seller, of an agent, of a rule and of the timer. Cases that have an address keep it.
    """
    address = body.return_address.stored()
    return DefaultReturnAddressOut.of(await case_rules.set_return_address(tx, merchant_id, address=address))
