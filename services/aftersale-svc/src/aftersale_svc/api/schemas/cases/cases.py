"""Cases as they are shown."""

from datetime import datetime
from typing import Annotated, TypedDict

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    Money,
    Out,
    UpdatedAt,
    Version,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, PLAIN_HOURS, Actor, Context, Timing
from pydantic import Field

from aftersale_svc.api.schemas.cases.manual_reviews import ProposedDecisionOut, ReviewOut
from aftersale_svc.api.schemas.cases.merchant_settings import SettingUsedOut
from aftersale_svc.api.schemas.cases.offers import OfferOut
from aftersale_svc.api.schemas.cases.price_adjustments import PriceCheckOut
from aftersale_svc.api.schemas.disputes.frozen import FrozenOut
from aftersale_svc.api.schemas.goods.exchanges import ExchangeOut, RefusedGoodsOut
from aftersale_svc.api.schemas.goods.fast_exchanges import HoldOut
from aftersale_svc.api.schemas.goods.pickups import PickupOut, ReturnParcelOut
from aftersale_svc.api.schemas.goods.refused_goods import OwedGoodsOut
from aftersale_svc.api.schemas.goods.repairs import RepairOut
from aftersale_svc.api.schemas.goods.replacements import ReplacementOut
from aftersale_svc.api.schemas.money.charges import ChargeOut
from aftersale_svc.api.schemas.money.offline_refunds import OfflineRefundOut
from aftersale_svc.api.schemas.money.refunds import RefundOut
from aftersale_svc.api.schemas.money.return_freights import ReturnFreightOut
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.codes import CaseType, CloseCause, Initiator, Reason, RejectReason
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.model import CaseLine, CaseState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.permissions import STAFF

CaseTurn = Annotated[str, TurnOf("CaseTurn", *lifecycle.CASE.values(), others=[NOBODY])]


class CaseLineOut(Out):
    """Units of one line and their share of the money; `accepted` is null until they were inspected."""

    line_id: str
    """The line of the order, as order-svc shows it."""
    sku: str
    """The merchant's article number, from the order."""
    quantity: int
    """How many units of the line the case is about."""
    requested: Money
    """These units' share of what was paid for the line."""
    received: int | None = None
    """How many units were in the parcel that came back; null before its inspection, and where that has found all of them and accepted none."""
    accepted: int | None = None
    """How many units the inspection accepted for the refund; null before, and where it accepted none at all."""
    accepted_amount: Money | None = None
    """The share of the accepted units; null where `accepted` is."""
    grade: str | None = None
    """The condition that the inspection found: a code of the `grades` of `GET /v1/reasons`, before version 12 of that table one of the merchant's
    own; null where none was given."""
    wanted_sku: str | None = None
    """The article that the buyer wants in exchange; null where it is the same one."""
    wanted_variant: str | None = None
    """Size, colour or the like of what the buyer wants; null where they did not say."""
    replacement_price: Money | None = None
    """What one unit of the replacement costs; null where the merchant has named no price."""
    refused: int | None = None
    """How many units were received and not accepted; null where `accepted` is."""
    refuse_reason: RejectReason | None = None
    """Why it did not; null where no reason was given."""
    photos: list[str] = Field(default_factory=list)
    """Hashes of the photos of the inspection: `sha256:…`."""

    @classmethod
    def of(cls, line: CaseLine, currency: str, wanted: ReplacementLine | None = None) -> "CaseLineOut":
        price = wanted.unit_price_minor if wanted else None
        return cls(
            wanted_sku=wanted.sku if wanted else None,
            wanted_variant=wanted.variant if wanted else None,
            replacement_price=None if price is None else Money.of(price, currency),
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            requested=Money.of(line.amount_minor, currency),
            received=line.received if line.accepted is None else line.received_units,
            accepted=line.accepted,
            accepted_amount=None if line.accepted_minor is None else Money.of(line.accepted_minor, currency),
            grade=line.grade,
            refused=None if line.accepted is None else line.refused_units,
            refuse_reason=line.refuse_reason,
            photos=line.photos or [],
        )


class CaseOut(Out):
    """A case: its state, whose turn it is, what happens if nobody acts, and what the caller may do."""

    id: str
    """Identifies the case: `case_…`."""
    version: Version
    order_id: str
    """The order that the case is about."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant of the order."""
    type: CaseType
    """What is asked for, or what an accepted offer has changed it to, as `GET /v1/orders/{order_id}/after-sale-options` explains."""
    reason: Reason
    """Why the applicant asks for it."""
    initiator: Initiator | None = None
    """Who opened the case; null for a case of an earlier release that the buyer did not open."""
    reasons_version: int | None = None
    """The version of the table of reasons by which the case was opened; null for a case of an earlier release."""
    stage: Stage
    """Where the goods were when the case was opened; changes where they are shipped or come back during it."""
    state: CaseState
    """How far the case is; `completed`, `closed` and `cancelled` are its ends."""
    whose_turn: CaseTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(*lifecycle.CASE.values())] = None
    lines: list[CaseLineOut]
    """The units that the case is about, by line of the order."""
    requested: Money
    """The units' share of what was paid for them."""
    shipping_refund: Money
    """Freight that is refunded as well: until a refund is decided, what the case would carry if every open case of
    the order ended as it was asked for; afterwards the freight in that refund."""
    agreed: Money | None = None
    """What an accepted offer gives back, freight included, where it is less than `requested`; every refund uses it. Null where
    nothing less was agreed on."""
    refunded: Money
    """What has been paid back so far, freight included."""
    refund: RefundOut | None = None
    """The refund that was decided last, whether it is in flight, paid or failed; null before the first decision."""
    offline_refund: OfflineRefundOut | None = None
    """What was stated last of a refund outside the payment provider; null where nothing was."""
    offer: OfferOut | None = None
    """The offer made last, whether it waits for an answer or not; null where there was none."""
    reject_reason: RejectReason | None = None
    """Why the request or the returned goods were last rejected; null where they never were."""
    close_cause: CloseCause | None = None
    """Why the case was closed without its purpose; null where it was not."""
    supplement_rounds: int = 0
    """How often the buyer was asked for more during the review; what for is in the timeline."""
    reapplication_of: str | None = None
    """The rejected case in whose place this one was asked for; null where it was asked for by itself."""
    dispute_id: str | None = None
    """The dispute that was last opened about the case; null where none was."""
    frozen: FrozenOut | None = None
    """The dispute that stops the case now, and what it waits for; null where none does."""
    description: str | None = None
    """In the applicant's own words; null where there are none."""
    evidence: list[str]
    """Hashes of the files that came with the request: `sha256:…`."""
    return_address: dict[str, str] | None = None
    """Where the goods are to be sent, with the fields of `ReturnAddressIn`; null where that is not known yet, or nothing is
    sent back. While the case waits for it, it is the merchant's turn, and the buyer's time to ship has not begun."""
    return_parcel: ReturnParcelOut | None = None
    """Null until the buyer has shipped the goods."""
    return_freight: ReturnFreightOut | None = None
    """What the buyer has paid for sending the goods back, where the merchant bears it; null where nothing was stated."""
    pickup: PickupOut | None = None
    """The pickup that was booked last, whatever has become of it; null where none was."""
    replacement: ReplacementOut | None = None
    """What the merchant sends to the buyer; null until that is decided."""
    price_checks: list[PriceCheckOut] = Field(default_factory=list)
    """The prices that a price adjustment is about, line by line; empty for any other case."""
    exchange: ExchangeOut | None = None
    """What the replacement costs more or less than what was paid; null where no price was named."""
    charge: ChargeOut | None = None
    """What the buyer pays outside the suite, and what of it is owed back; null where nothing is to be paid."""
    refused_goods: RefusedGoodsOut | None = None
    """The parcel with goods that the inspection refused, on their way back to the buyer; null where there is none."""
    refused_goods_claims: list[OwedGoodsOut] = Field(default_factory=list)
    """What the merchant owes of goods that it has refused, parcel by parcel, oldest first; empty where nothing was refused."""
    review: ReviewOut | None = None
    """The agent who has the case in manual review, for the platform to see; null where no agent does."""
    proposed_decision: ProposedDecisionOut | None = None
    """The decision of an agent that waits for a second one, for the platform to see; null where there is none."""
    repair: RepairOut | None = None
    """What the merchant says of the repair; null before, and for any other type."""
    hold: HoldOut | None = None
    """What is held for a replacement that is sent first; null until the buyer has agreed to that, and for any other type."""
    settings: list[SettingUsedOut] = Field(default_factory=list)
    """What the merchant, or the platform, has set that it was decided by: its permission of a fast exchange, its default return address,
    the fees of its last refund. Empty where there is none."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def seen(cls, full: FullCase, context: Context) -> "CaseOut":
        """The case as who acts, or reads, sees it now."""
        return CaseOut.of(full, context.actor, context.now, timing=context.timing)

    @classmethod
    def of(
        cls, full: FullCase, actor: Actor, now: datetime | None = None, *, timing: Timing = PLAIN_HOURS
    ) -> "CaseOut":
        """The case as this actor sees it; `now` and `timing` where its deadline may have passed, as when it is read."""
        case, table, facts = full.case, lifecycle.of(full.case), facts_for(full, actor)
        wanted = {row.line_id: row for row in full.rows_of(ReplacementLine)}
        return cls(
            id=case.id,
            version=case.version,
            order_id=case.order_id,
            buyer_id=case.buyer_id,
            merchant_id=case.merchant_id,
            type=case.type,
            reason=case.reason,
            initiator=case.initiator,
            reasons_version=case.reasons_version,
            stage=case.stage,
            state=case.state,
            whose_turn=case.whose_turn,
            deadline_at=case.deadline_at,
            deadline_effect=table.deadline_effect(case, facts),
            lines=[CaseLineOut.of(line, case.currency, wanted.get(line.line_id)) for line in full.lines],
            **_amounts(full),
            offline_refund=OfflineRefundOut.of(full),
            offer=OfferOut.of(full.offer) if full.offer else None,
            reject_reason=case.reject_reason,
            close_cause=case.close_cause,
            supplement_rounds=case.supplement_rounds,
            reapplication_of=case.reapplication_of,
            dispute_id=case.dispute_id,
            frozen=FrozenOut.of(full),
            description=case.description,
            evidence=case.evidence,
            return_address=full.return_.address,
            settings=[SettingUsedOut(**each) for each in full.settings],
            return_parcel=ReturnParcelOut.of(full.return_),
            return_freight=ReturnFreightOut.of(full),
            pickup=PickupOut.of(full),
            replacement=ReplacementOut.of(full.replacement),
            price_checks=PriceCheckOut.of(full),
            exchange=ExchangeOut.of(full),
            charge=ChargeOut.of(full),
            refused_goods=RefusedGoodsOut.of(full),
            refused_goods_claims=OwedGoodsOut.all_of(full.rows_of(OwedGoods)),
            review=ReviewOut.of(case) if actor.role in STAFF else None,
            proposed_decision=ProposedDecisionOut.of(case) if actor.role in STAFF else None,
            repair=RepairOut.of(full),
            hold=HoldOut.of(full),
            allowed_actions=AllowedOut.of(lifecycle.allowed(full, actor, facts, now, timing)),
            created_at=case.created_at,
            updated_at=case.updated_at,
        )


class _Amounts(TypedDict):
    requested: Money
    shipping_refund: Money
    agreed: Money | None
    refunded: Money
    refund: RefundOut | None


def _amounts(full: FullCase) -> _Amounts:
    currency = full.case.currency
    return _Amounts(
        requested=Money.of(full.case.requested_minor, currency),
        shipping_refund=Money.of(full.case.shipping_refund_minor, currency),
        agreed=None if full.case.agreed_minor is None else Money.of(full.case.agreed_minor, currency),
        refunded=Money.of(full.refunded_minor, currency),
        refund=RefundOut.of(full),
    )
