"""What is sent to the routes of claims to refused goods, and claims as they are shown."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.http.schemas import In, Money, Name, Out, Text, Time, example
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, Context

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, RequiredEvidence
from aftersale_svc.api.schemas.claims.claims import ClaimOut, ClaimPartsOut
from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.permissions import STAFF
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS, REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.wording.refused_goods import REFUSED_GOODS_WORDS

RefusedGoodsTurn = Annotated[str, TurnOf("RefusedGoodsTurn", REFUSED_GOODS_CLAIM, others=[NOBODY])]


class CompensationIn(CitingIn):
    """How much the merchant owes for goods that are lost."""

    model_config = example(amount={"amount": 9566, "currency": "CNY"}, note="快递确认丢失")

    amount: Money
    """At most what was paid for the goods."""


class GoodsKeptIn(CitingIn):
    """That both sides have agreed that the merchant keeps the goods."""

    model_config = example(evidence=["sha256:" + "ab" * 32], note="双方同意商品由商家留存")

    evidence: RequiredEvidence
    """What shows that both sides agree, such as their messages."""
    note: Text
    """On what terms; both sides can read it."""


class NothingOwedIn(CitingIn):
    """Why nothing is owed for the goods."""

    model_config = example(reason="goods_not_of_order", note="退回的不是该订单的商品")

    reason: NothingOwedReason
    """The reason."""
    note: Text
    """The grounds, in words; both sides can read them."""


class CompensationPaymentIn(In):
    """The compensation was paid outside the suite."""

    model_config = example(reference="转账 20260318-02")

    reference: Name
    """By which the merchant finds the payment."""
    note: Text | None = None
    """For the history of the claim; both sides can read it."""


class GoodsLineOut(Out):
    """Units of one line."""

    line_id: str
    """The line of the order."""
    quantity: int
    """How many units."""


class OwedGoodsOut(Out):
    """The claim to refused goods of a case, which `GET /v1/refused-goods-claims/{id}` shows as a whole."""

    id: str
    """The claim."""
    state: RefusedGoodsState
    """How far it is."""
    lines: list[GoodsLineOut]
    """The units."""

    @classmethod
    def all_of(cls, goods: Sequence[OwedGoods]) -> "list[OwedGoodsOut]":
        """Those of a case, oldest first."""
        found = sorted(goods, key=lambda each: each.id)
        return [cls(id=each.id, state=each.state, lines=_lines(each.lines)) for each in found]


class RefusedGoodsClaimOut(ClaimOut):
    """Goods that the merchant has refused, or that came after their case had ended, and owes to the buyer, or their worth: what they are, where they are, and what the caller may do."""

    id: str
    """Identifies the claim: `rgc_…`."""
    buyer_id: str
    """Whose goods they are."""
    state: RefusedGoodsState
    """How far it is; `delivered`, `kept`, `abandoned`, `compensated`, `nothing_owed` and `withdrawn` are its ends."""
    whose_turn: RefusedGoodsTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_effect: Annotated[str | None, effects_of(REFUSED_GOODS_CLAIM)] = None
    lines: list[GoodsLineOut]
    """The units; `claimed` is what was paid for them."""
    carrier: str | None = None
    """The code of the courier of their parcel; null while they are with the merchant."""
    waybill_no: str | None = None
    """The courier's number of the parcel; null while they are with the merchant."""
    sent_at: Time | None = None
    """When the parcel was recorded as sent; null while they are with the merchant."""
    delivered_at: Time | None = None
    """When the buyer had them; null before."""
    contested_at: Time | None = None
    """When the buyer reported that a parcel which the courier has delivered was not received; null where they have not."""
    owed: Money | None = None
    """The compensation that was decided; null where none was."""
    proposed: Money | None = None
    """The compensation that an agent has proposed and another one has to confirm, for the platform to see; null where there is none."""
    reason: NothingOwedReason | None = None
    """Why nothing is owed; null where that was not decided."""

    @classmethod
    def of(cls, claim: RefusedGoodsClaim, reader: Context) -> "RefusedGoodsClaimOut":
        """The claim as this reader sees it."""
        owed, proposed = claim.owed_minor, claim.proposed_minor if reader.actor.role in STAFF else None
        own = cls.fields_of(
            REFUSED_GOODS,
            claim,
            reader,
            buyer_id=claim.buyer_id,
            lines=_lines(claim.lines),
            carrier=claim.carrier,
            waybill_no=claim.waybill_no,
            sent_at=claim.sent_at,
            delivered_at=claim.delivered_at,
            contested_at=claim.contested_at,
            owed=None if owed is None else Money.of(owed, claim.currency),
            proposed=None if proposed is None else Money.of(proposed, claim.currency),
            reason=claim.reason,
        )
        own.pop("evidence")
        return cls(**own)


class RefusedGoodsDetailOut(RefusedGoodsClaimOut, ClaimPartsOut):
    """A claim with its history, and all of it in sentences."""

    @classmethod
    def with_steps(
        cls, claim: RefusedGoodsClaim, steps: Sequence[ClaimStep], reader: Context
    ) -> "RefusedGoodsDetailOut":
        """The claim as this reader sees it, with what belongs to it."""
        # The fields of the parent are values already: they are not validated a second time.
        parts = cls.parts_of(REFUSED_GOODS_WORDS, claim, steps, reader)
        return cls.model_construct(**dict(RefusedGoodsClaimOut.of(claim, reader)), **parts)


def _lines(lines: Sequence[dict[str, object]]) -> list[GoodsLineOut]:
    return [GoodsLineOut.model_validate(each) for each in lines]
