"""What merchants, or the platform for them, set about money and fast exchanges: fees, freight insurance, permission, discounts.

The merchant `platform` has what holds for the merchants that have set nothing; its administrators set that.
"""

from aftercare_chassis.http.routing import Tx, require_role
from aftercare_chassis.http.schemas import PageOut

from aftersale_svc.api.cases.merchant_settings import MerchantId, ReadRoutes, merchants_router
from aftersale_svc.api.schemas.cases.merchant_settings import (
    FastExchangeIn,
    FastExchangeOut,
    FreightInsuranceIn,
    FreightInsuranceOut,
    OrderDiscountsIn,
    OrderDiscountsOut,
    RequiredEvidenceIn,
    RequiredEvidenceOut,
    ReturnFeesIn,
    ReturnFeesOut,
    ReturnFreightLimitsIn,
    ReturnFreightLimitsOut,
    ServiceTermsIn,
    ServiceTermsOut,
)
from aftersale_svc.commands.cases import merchant_settings
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.settings import Settings

router = merchants_router()
ReadRoutes(
    kind=SettingKind.RETURN_FEES,
    path="return-fees",
    name="ReturnFees",
    out=ReturnFeesOut,
    page=PageOut[ReturnFeesOut],
    shape=ReturnFeesOut.of,
    in_force="Get what buyers are charged for returns to a merchant: as it has set, else as the platform has. 404 where there are no fees.",
    what="the fees of a merchant",
).add_to(router)
ReadRoutes(
    kind=SettingKind.FREIGHT_INSURANCE,
    path="freight-insurance",
    name="FreightInsurance",
    out=FreightInsuranceOut,
    page=PageOut[FreightInsuranceOut],
    shape=FreightInsuranceOut.of,
    in_force="Get up to which amounts the freight of returns to a merchant is insured, by itself or by the platform. 404 where it is not.",
    what="the freight insurance of a merchant",
).add_to(router)
ReadRoutes(
    kind=SettingKind.FAST_EXCHANGE,
    path="fast-exchange",
    name="FastExchange",
    out=FastExchangeOut,
    page=PageOut[FastExchangeOut],
    shape=FastExchangeOut.of,
    in_force="Get whether a merchant sends replacements before the goods are back: as it has set, else as the platform has. 404: it does not.",
    what="the permission of a merchant",
).add_to(router)
ReadRoutes(
    kind=SettingKind.ORDER_DISCOUNTS,
    path="order-discounts",
    name="OrderDiscounts",
    out=OrderDiscountsOut,
    page=PageOut[OrderDiscountsOut],
    shape=OrderDiscountsOut.of,
    in_force="Get whether buyers keep discounts of an order that returns leave unearned: as the merchant has set, else as the platform has. 404: they keep them.",
    what="what a merchant does with discounts",
).add_to(router)
ReadRoutes(
    kind=SettingKind.RETURN_FREIGHT_LIMITS,
    path="return-freight-limits",
    name="ReturnFreightLimits",
    out=ReturnFreightLimitsOut,
    page=PageOut[ReturnFreightLimitsOut],
    shape=ReturnFreightLimitsOut.of,
    in_force="Get up to which amounts a merchant reimburses the freight that buyers pay for returns: as it has set, else as the platform has. 404: it does not.",
    what="up to what a merchant reimburses freight",
).add_to(router)

ReadRoutes(
    kind=SettingKind.SERVICE_TERMS,
    path="service-terms",
    name="ServiceTerms",
    out=ServiceTermsOut,
    page=PageOut[ServiceTermsOut],
    shape=ServiceTermsOut.of,
    in_force="Get how long a merchant serves goods after the after-sale window: as it has set, else as the platform has. 404: as long as the settings of the service have it.",
    what="the service terms of a merchant",
).add_to(router)


ReadRoutes(
    kind=SettingKind.REQUIRED_EVIDENCE,
    path="required-evidence",
    name="RequiredEvidence",
    out=RequiredEvidenceOut,
    page=PageOut[RequiredEvidenceOut],
    shape=RequiredEvidenceOut.of,
    in_force="Get the reasons for which a merchant requires evidence: as it has set, else as the platform has. 404: it requires none.",
    what="the evidence that a merchant requires",
).add_to(router)


@router.put("/return-fees", operation_id="setReturnFees", dependencies=[require_role("seller", "agent", "admin")])
async def set_return_fees(merchant_id: MerchantId, body: ReturnFeesIn, tx: Tx[Settings]) -> ReturnFeesOut:
    """Set what buyers are charged for returns, as the next version. It holds for refunds that are decided from now on."""
    return ReturnFeesOut.of(await merchant_settings.put(tx, merchant_id, SettingKind.RETURN_FEES, body.content()))


@router.put("/freight-insurance", operation_id="setFreightInsurance", dependencies=[require_role("agent", "admin")])
async def set_freight_insurance(
    merchant_id: MerchantId, body: FreightInsuranceIn, tx: Tx[Settings]
) -> FreightInsuranceOut:
    """Set up to which amounts the freight of returns is insured, as the next version. It holds for claims that are opened from now on."""
    saved = await merchant_settings.put(tx, merchant_id, SettingKind.FREIGHT_INSURANCE, body.content())
    return FreightInsuranceOut.of(saved)


@router.put("/fast-exchange", operation_id="setFastExchange", dependencies=[require_role("seller", "agent", "admin")])
async def set_fast_exchange(merchant_id: MerchantId, body: FastExchangeIn, tx: Tx[Settings]) -> FastExchangeOut:
    """Set whether the merchant sends replacements before the goods are back, as the next version. Cases that are open go on."""
    return FastExchangeOut.of(
        await merchant_settings.put(tx, merchant_id, SettingKind.FAST_EXCHANGE, body.model_dump())
    )


@router.put(
    "/order-discounts", operation_id="setOrderDiscounts", dependencies=[require_role("seller", "agent", "admin")]
)
async def set_order_discounts(merchant_id: MerchantId, body: OrderDiscountsIn, tx: Tx[Settings]) -> OrderDiscountsOut:
    """Set what becomes of the discounts of an order when a part of it goes back, as the next version. It holds for refunds that are
    decided from now on."""
    return OrderDiscountsOut.of(
        await merchant_settings.put(tx, merchant_id, SettingKind.ORDER_DISCOUNTS, body.model_dump(mode="json"))
    )


@router.put("/service-terms", operation_id="setServiceTerms", dependencies=[require_role("seller", "agent", "admin")])
async def set_service_terms(merchant_id: MerchantId, body: ServiceTermsIn, tx: Tx[Settings]) -> ServiceTermsOut:
    """Set how long goods are served after the after-sale window, as the next version. It holds for requests from now on; cases that are open go on."""
    return ServiceTermsOut.of(
        await merchant_settings.put(tx, merchant_id, SettingKind.SERVICE_TERMS, body.model_dump(mode="json"))
    )


@router.put(
    "/return-freight-limits",
    operation_id="setReturnFreightLimits",
    dependencies=[require_role("seller", "agent", "admin")],
)
async def set_return_freight_limits(
    merchant_id: MerchantId, body: ReturnFreightLimitsIn, tx: Tx[Settings]
) -> ReturnFreightLimitsOut:
    """Set up to which amounts the freight that buyers pay for returns is reimbursed, as the next version. It holds for goods that are sent
    from now on."""
    saved = await merchant_settings.put(tx, merchant_id, SettingKind.RETURN_FREIGHT_LIMITS, body.content())
    return ReturnFreightLimitsOut.of(saved)


@router.put(
    "/required-evidence", operation_id="setRequiredEvidence", dependencies=[require_role("seller", "agent", "admin")]
)
async def set_required_evidence(
    merchant_id: MerchantId, body: RequiredEvidenceIn, tx: Tx[Settings]
) -> RequiredEvidenceOut:
    """Set for which reasons a request without evidence is refused, as the next version. It holds for requests from now on.

    Without it, a request is accepted without evidence, and the case shows what is missing.
    """
    return RequiredEvidenceOut.of(
        await merchant_settings.put(tx, merchant_id, SettingKind.REQUIRED_EVIDENCE, body.model_dump(mode="json"))
    )
