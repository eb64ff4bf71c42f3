"""Claims on couriers. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime

from aftersale_svc.domain.claims.model import ClaimKind
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimCause,
    CourierClaimEnd,
    CourierClaimOrigin,
    CourierClaimState,
    CourierDeclineReason,
    ParcelLeg,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierClaim:
    """What a merchant claims from the courier of one parcel (快递索赔), beside a case that does not wait for it.

    `value_minor` is what was paid for the units in the parcel, the most that can be claimed. `reference` is the courier's
    for the claim, `payment_reference` that of the payment; both stay in this database. `filings` counts how often it was filed,
    `party_ids` are the parties of its case, and who has acted for one of them.
    """

    id: str
    version: int
    case_id: str
    order_id: str
    merchant_id: str
    parcel_id: str | None
    leg: ParcelLeg
    carrier: str
    waybill_no: str
    cause: CourierClaimCause
    origin: CourierClaimOrigin
    opened_by: str
    state: CourierClaimState
    whose_turn: str
    deadline_at: datetime | None
    evidence: list[str]
    value_minor: int
    claimed_minor: int
    accepted_minor: int | None = None
    currency: str
    filings: int = 0
    reference: str | None = None
    decline_reason: CourierDeclineReason | None = None
    payment_reference: str | None = None
    ended_as: CourierClaimEnd | None = None
    party_ids: list[str] = field(default_factory=list)
    created_at: datetime
    updated_at: datetime

    @property
    def kind(self) -> ClaimKind:
        """Whom money is claimed from."""
        return ClaimKind.COURIER

    @property
    def buyer_id(self) -> str:
        """Nobody: buyers see neither the claim nor its deadlines."""
        return ""


@dataclass(frozen=True, slots=True)
class ParcelUnits:
    """Units of one line in a parcel, and what was paid for all `line_units` of that line."""

    parcel_id: str
    carrier: str
    waybill_no: str
    line_id: str
    quantity: int
    line_units: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class ClaimedParcel:
    """A parcel that a claim can be about. `value_minor` is what was paid for its units, `stake_minor` the case's share for those of its
    units that may be in it."""

    parcel_id: str | None
    leg: ParcelLeg
    carrier: str
    waybill_no: str
    value_minor: int
    stake_minor: int


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What is said when a claim is opened by hand. Without an amount, all that is at stake is claimed."""

    cause: CourierClaimCause
    leg: ParcelLeg
    parcel_id: str | None
    amount_minor: int | None
    currency: str | None
    evidence: list[str]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelReport:
    """What a courier reported of a parcel, in the codes of its event."""

    parcel_id: str
    occurred_at: datetime
    status: str
    reason: str | None
    order_id: str
    carrier: str
    waybill_no: str
