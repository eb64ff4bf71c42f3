"""What merchants set about their cases 售后规则: rules in versions, and the default return address."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import Tx, require_role
from aftercare_chassis.http.schemas import PageOut

from aftersale_svc.api.cases.merchant_settings import MerchantId, ReadRoutes, merchants_router
from aftersale_svc.api.schemas.cases.case_rules import (
    CaseRulesIn,
    CaseRulesOut,
    DefaultReturnAddressIn,
    DefaultReturnAddressOut,
    TrialOut,
    TryRulesIn,
)
from aftersale_svc.commands.cases import case_rules, merchant_settings
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.rules.errors import AddressWithoutApproval, CurrenciesDiffer, RangeEmpty, RuleRepeated
from aftersale_svc.settings import Settings

router = merchants_router()
CHECKED = refusals(RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval)
ReadRoutes(
    kind=SettingKind.CASE_RULES,
    path="case-rules",
    name="CaseRules",
    out=CaseRulesOut,
    page=PageOut[CaseRulesOut],
    shape=CaseRulesOut.of,
    in_force="Get the rules of a merchant that are in force. Where none were ever published, 404: the merchant decides about everything.",
    what="the rules of a merchant",
).add_to(router)
ReadRoutes(
    kind=SettingKind.RETURN_ADDRESS,
    path="return-address",
    name="DefaultReturnAddress",
    out=DefaultReturnAddressOut,
    page=PageOut[DefaultReturnAddressOut],
    shape=DefaultReturnAddressOut.of,
    in_force="Get where the goods of a merchant go back to if an approval names no address.",
    what="the default return address of a merchant",
).add_to(router)


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
    saved = await merchant_settings.put(tx, merchant_id, SettingKind.RETURN_ADDRESS, address)
    return DefaultReturnAddressOut.of(saved)
