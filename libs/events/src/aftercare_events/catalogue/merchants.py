"""What merchants set about their cases, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Hash, Id, MerchantId, Quantity
from aftercare_events.topics import Topic


class MerchantEvent(Event):
    """What every event of a merchant's settings carries."""

    TOPIC: ClassVar[Topic] = topics.MERCHANTS
    KEY: ClassVar[str] = "setting_id"

    setting_id: Annotated[
        Id, Field(description="the rule set, the return address, or the pickup schedule of the merchant")
    ]
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
