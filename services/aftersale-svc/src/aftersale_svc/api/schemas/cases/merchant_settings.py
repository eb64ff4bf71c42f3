"""What merchants set about money and fast exchanges, as it is sent and shown, and what was used of it."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from aftercare_chassis.http.schemas import EachOnce, In, Money, Out, Time, Version, example
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from aftersale_svc.api.schemas.amounts import PositiveMoney
from aftersale_svc.domain.cases.codes import Reason
from aftersale_svc.domain.cases.final_sales import FINAL_BY_DEFAULT, Fulfilment
from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingKind, SettingVersion
from aftersale_svc.domain.money.codes import OnReturn
from aftersale_svc.domain.money.fees import WHOLE

MOST_CURRENCIES = 20


class SettingUsedOut(Out):
    """The version of a setting that something was decided by."""

    kind: SettingKind
    """What was set."""
    setting_id: str
    """Identifies the setting, of the merchant or of the platform."""
    version: int
    """Which version of it; `GET /v1/merchants/{merchant_id}/…/versions/{number}` has it."""


class SettingOut(Out):
    """One version of what is set."""

    merchant_id: str
    """For which merchant; `platform` for the merchants that have set nothing."""
    version: Version
    set_by: str
    """Who set this version."""
    set_at: Time
    """When it came into force; a later version takes its place."""


class ReturnFeeIn(In):
    """What buyers are charged for a return in one currency, where they are liable for it."""

    return_freight: Money
    """The freight of a return that the buyer does not pay to the courier."""
    restocking_basis_points: Annotated[int, Field(ge=0, le=WHOLE)] = 0
    """A fee on what was paid for the units, in hundredths of a percent."""


def _check_once(amounts: Sequence[Money]) -> None:
    if len({each.currency for each in amounts}) < len(amounts):
        raise PydanticCustomError(
            "currency_repeated", "Must have each currency once.", {"zh": "每个币种只能出现一次。"}
        )


class ReturnFeesIn(In):
    """What buyers are charged for returns. No currency that is left out has a fee."""

    model_config = example(
        fees=[{"return_freight": {"amount": 1200, "currency": "CNY"}, "restocking_basis_points": 500}]
    )

    fees: Annotated[list[ReturnFeeIn], Field(max_length=MOST_CURRENCIES)]
    """By currency, each once."""

    @field_validator("fees")
    @classmethod
    def _once(cls, fees: list[ReturnFeeIn]) -> list[ReturnFeeIn]:
        _check_once([each.return_freight for each in fees])
        return fees

    def content(self) -> dict[str, Any]:  # Any: JSON
        """The fees as they are stored, by currency."""
        return {
            each.return_freight.currency: {
                "return_freight_minor": each.return_freight.amount,
                "restocking_basis_points": each.restocking_basis_points,
            }
            for each in self.fees
        }


class ReturnFeeOut(Out):
    """What buyers are charged for a return in one currency, where they are liable for it."""

    return_freight: Money
    """The freight of a return."""
    restocking_basis_points: int
    """A fee on what was paid for the units, in hundredths of a percent."""


class ReturnFeesOut(SettingOut):
    """What buyers are charged for returns."""

    fees: list[ReturnFeeOut]
    """By currency; there are none in any other."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "ReturnFeesOut":
        fees = [
            ReturnFeeOut(
                return_freight=Money.of(each["return_freight_minor"], currency),
                restocking_basis_points=each["restocking_basis_points"],
            )
            for currency, each in sorted(row.content.items())
        ]
        return cls(merchant_id=row.merchant_id, version=row.version, set_by=row.set_by, set_at=row.set_at, fees=fees)


class LimitsIn(In):
    """The most that is paid for a return, by currency. An empty list: nothing is."""

    model_config = example(limits=[{"amount": 1200, "currency": "CNY"}])

    limits: Annotated[list[PositiveMoney], Field(max_length=MOST_CURRENCIES)]
    """The most that is paid for a return, by currency, each once and above zero."""

    @field_validator("limits")
    @classmethod
    def _once(cls, limits: list[Money]) -> list[Money]:
        _check_once(limits)
        return limits

    def content(self) -> dict[str, Any]:  # Any: JSON
        """The limits as they are stored: minor units by currency."""
        return {each.currency: each.amount for each in self.limits}


class FreightInsuranceIn(LimitsIn):
    """Up to which amounts the freight of returns is insured. An empty list: it is not."""


class ReturnFreightLimitsIn(LimitsIn):
    """Up to which amounts buyers get the freight that they pay for returns which the merchant bears. An empty list: they do not."""


class LimitsOut(SettingOut):
    """The most that is paid for a return, by currency."""

    limits: list[Money]
    """The most that is paid for a return, by currency; nothing in any other."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> Self:
        limits = [Money.of(minor, currency) for currency, minor in sorted(row.content.items())]
        return cls(
            merchant_id=row.merchant_id, version=row.version, set_by=row.set_by, set_at=row.set_at, limits=limits
        )


class ServiceTermsIn(In):
    """How long goods are served after the after-sale window."""

    model_config = example(warranty_days=730, recall_ends_at=None, safety_incident_ends_at=None)

    warranty_days: Annotated[int, Field(ge=0, le=36_500)]
    """How many days after they were signed for a repair or a replacement of goods may be asked for with `warranty_repair`; 0: there is no warranty."""
    recall_ends_at: Time | None = None
    """Until when `recall` may be given as the reason; null: without an end."""
    safety_incident_ends_at: Time | None = None
    """Until when `safety_incident` may be given as the reason; null: without an end."""
    final_sales: Annotated[
        list[Fulfilment], Field(default_factory=lambda: list(FINAL_BY_DEFAULT), max_length=4), EachOnce()
    ]
    """Which goods are not taken back for a reason that is the buyer's own (409 `final_sale_category`), by how they come to the buyer."""


class ServiceTermsOut(SettingOut):
    """How long goods are served after the after-sale window."""

    warranty_days: int
    """How many days the warranty lasts, from when the goods were signed for; 0: there is none."""
    recall_ends_at: Time | None = None
    """Until when `recall` may be given as the reason; null: without an end."""
    safety_incident_ends_at: Time | None = None
    """Until when `safety_incident` may be given as the reason; null: without an end."""
    final_sales: list[Fulfilment] = Field(default_factory=lambda: list(FINAL_BY_DEFAULT))
    """Which goods are not taken back for a reason that is the buyer's own, by how they come to the buyer."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "ServiceTermsOut":
        known = {"merchant_id": row.merchant_id, "version": row.version, "set_by": row.set_by, "set_at": row.set_at}
        return cls.model_validate(known | row.content)


class FreightInsuranceOut(LimitsOut):
    """Up to which amounts the freight of returns is insured."""


class ReturnFreightLimitsOut(LimitsOut):
    """Up to which amounts buyers get the freight that they pay for returns which the merchant bears."""


class RequiredEvidenceIn(In):
    """For which reasons evidence is required."""

    model_config = example(reasons=["quality_defect", "damaged_in_transit"])

    reasons: Annotated[list[Reason], Field(max_length=100), EachOnce()]
    """A request for one of these is refused without a file that was uploaded for the order, accepted, and of one of the kinds
    that `GET /v1/reasons` has as `evidence_needed`. An empty list requires none."""


class RequiredEvidenceOut(SettingOut):
    """For which reasons evidence is required."""

    reasons: list[Reason]
    """The reasons of requests that are refused without evidence."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "RequiredEvidenceOut":
        known = {"merchant_id": row.merchant_id, "version": row.version, "set_by": row.set_by, "set_at": row.set_at}
        return cls.model_validate(known | row.content)


class FastExchangeIn(In):
    """Whether replacements are sent before the goods are back."""

    model_config = example(allowed=True)

    allowed: bool
    """Whether buyers may ask for that. Cases that are open go on."""


class FastExchangeOut(SettingOut):
    """Whether replacements are sent before the goods are back."""

    allowed: bool
    """Whether buyers may ask for that."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "FastExchangeOut":
        allowed = row.content["allowed"]
        return cls(
            merchant_id=row.merchant_id, version=row.version, set_by=row.set_by, set_at=row.set_at, allowed=allowed
        )


class OrderDiscountsIn(In):
    """What becomes of the discounts of an order when a part of it goes back."""

    model_config = example(on_return="recalculate")

    on_return: OnReturn
    """`keep`: the buyer keeps them. `recalculate`: where what is kept comes to less than a discount needs, refunds are smaller by what is no
    longer earned of it, and never below zero."""


class OrderDiscountsOut(SettingOut):
    """What becomes of the discounts of an order when a part of it goes back."""

    on_return: OnReturn
    """`keep`: the buyer keeps them; `recalculate`: refunds are smaller by what is no longer earned."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "OrderDiscountsOut":
        on_return = OnReturn(row.content["on_return"])
        return cls(
            merchant_id=row.merchant_id, version=row.version, set_by=row.set_by, set_at=row.set_at, on_return=on_return
        )
