"""What merchants set about their cases, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import Code, Hash, Id, MerchantId, Quantity
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class SettingKind(Vocabulary):
    """What a merchant can set about its cases."""

    CASE_RULES = "case_rules", "rules by which cases are decided"
    RETURN_ADDRESS = "return_address", "where goods go back to if an approval names no address"
    PICKUP_SCHEDULE = "pickup_schedule", "when returned goods are collected"
    RETURN_FEES = "return_fees", "what buyers are charged for returns"
    FREIGHT_INSURANCE = "freight_insurance", "up to which amount the freight of a return is insured"
    FAST_EXCHANGE = "fast_exchange", "whether replacements are sent before the goods are back"
    ORDER_DISCOUNTS = "order_discounts", "what becomes of the discounts of an order when a part of it goes back"
    RETURN_FREIGHT_LIMITS = "return_freight_limits", "up to which amount buyers get the freight of returns back"
    SERVICE_TERMS = "service_terms", "how long goods are served after the after-sale window"
    REQUIRED_EVIDENCE = "required_evidence", "for which reasons requests without evidence are refused"


class OnReturn(Vocabulary):
    """What becomes of a discount of an order when what is kept of the order comes to less than it needs."""

    KEEP = "keep", "the buyer keeps it"
    RECALCULATE = "recalculate", "refunds are smaller by what is no longer earned"


class SettingUsed(EventPart):
    """The version of a setting that something was decided by."""

    kind: Annotated[Code, one_of(SettingKind, "what was set")]
    setting_id: Annotated[Id, Field(description="the setting, of the merchant or of the platform")]
    version: Annotated[int, Field(strict=True, ge=1, description="which version of it")]


SettingsUsed = Annotated[
    tuple[SettingUsed, ...] | None,
    Field(description="what the merchant, or the platform, has set that it was decided by"),
]


class MerchantEvent(Event):
    """What every event of a merchant's settings carries."""

    TOPIC: ClassVar[Topic] = topics.MERCHANTS
    KEY: ClassVar[str] = "setting_id"

    setting_id: Annotated[Id, Field(description="identifies what is set: one setting of a merchant, in versions")]
    merchant_id: MerchantId


class CaseRulesPublished(MerchantEvent):
    """A merchant published rules by which its cases are decided; this version never changes again."""

    matter: Code = "case_rules_publication"
    rules_version: Annotated[int, Field(strict=True, ge=1, description="counts the rule sets of the merchant")]
    rule_count: Annotated[
        Quantity, Field(description="how many rules it has; none: the merchant decides about everything")
    ]
    rules_hash: Hash


class PickupScheduleSet(MerchantEvent):
    """A merchant set when returned goods are collected; pickups name the version."""

    matter: Code = "pickup_schedule"
    schedule_version: Annotated[int, Field(strict=True, ge=1, description="counts the schedules of the merchant")]
    window_count: Annotated[Quantity, Field(description="how many weekly windows it has; none: nothing is collected")]
    schedule_hash: Hash


class DefaultReturnAddressSet(MerchantEvent):
    """A merchant set where goods go back to if an approval names no address. The address itself stays with the publisher."""

    matter: Code = "default_return_address"
    address_version: Annotated[
        int | None, Field(strict=True, ge=1, description="counts the addresses of the merchant")
    ] = None


class ReturnFeesSet(MerchantEvent):
    """A merchant set what buyers are charged for returns, or the platform did for merchants that have set nothing."""

    matter: Code = "return_fees"
    fees_version: Annotated[int, Field(strict=True, ge=1, description="counts the fees of the merchant")]
    fees_hash: Hash


class FreightInsuranceSet(MerchantEvent):
    """The platform set up to which amounts the freight of returns to a merchant is insured."""

    matter: Code = "freight_insurance"
    insurance_version: Annotated[int, Field(strict=True, ge=1, description="counts the insurances of the merchant")]
    insurance_hash: Hash


class OrderDiscountsSet(MerchantEvent):
    """A merchant set whether discounts of an order that returns leave unearned are kept, or the platform did for merchants that have set nothing."""

    matter: Code = "order_discounts"
    discounts_version: Annotated[int, Field(strict=True, ge=1, description="counts how often the merchant has set it")]
    on_return: Annotated[Code, one_of(OnReturn, "what becomes of them")]


class ServiceTermsSet(MerchantEvent):
    """A merchant set how long it serves goods after the after-sale window, or the platform did for merchants that have set nothing."""

    matter: Code = "service_terms"
    terms_version: Annotated[int, Field(strict=True, ge=1, description="counts the terms of the merchant")]
    warranty_days: Annotated[int, Field(strict=True, ge=0, description="of the warranty; 0: there is none")]


class ReturnFreightLimitsSet(MerchantEvent):
    """A merchant set up to which amounts it reimburses the freight that buyers pay for returns, or the platform did for merchants that have set nothing."""

    matter: Code = "return_freight_limits"
    limits_version: Annotated[int, Field(strict=True, ge=1, description="counts the limits of the merchant")]
    limits_hash: Hash


class RequiredEvidenceSet(MerchantEvent):
    """A merchant set for which reasons it requires evidence, or the platform did for merchants that have set nothing."""

    matter: Code = "required_evidence"
    evidence_version: Annotated[int, Field(strict=True, ge=1, description="counts what the merchant has set")]
    reasons: Annotated[tuple[Code, ...], Field(description="the reasons of requests, as GET /v1/reasons has them")]


class FastExchangeSet(MerchantEvent):
    """A merchant set whether it sends replacements before the goods are back, or the platform did for merchants that have set nothing."""

    matter: Code = "fast_exchange"
    permission_version: Annotated[int, Field(strict=True, ge=1, description="counts the permissions of the merchant")]
    allowed: Annotated[bool, Field(description="whether it does")]
