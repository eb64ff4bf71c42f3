"""The states of a claim to refused goods as a table. A compensation is paid outside the suite and recorded here."""

from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.legs.goods_return import COURIER
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.errors import RefusedGoodsAlreadyScanned
from aftersale_svc.domain.claims.parties import PARTY, SECOND_PERSON
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.deadlines.binding import BINDING
from aftersale_svc.domain.deadlines.ledger import DocumentKind
from aftersale_svc.domain.permissions import AGENT, BUYER, BUYER_OR_AGENT, MERCHANT_OR_AGENT, SYSTEM_ONLY
from aftersale_svc.domain.refused_goods.errors import NothingAwarded, RefusedGoodsContested
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim

AGENT_OR_SYSTEM = Permission("agent_only", frozenset({"agent", "system"}))
RECEIVERS = Permission("buyer_only", frozenset({"buyer", "agent", "system"}))


def _nothing_awarded(claim: RefusedGoodsClaim, _: object) -> Refusal | None:
    return NothingAwarded() if claim.owed_minor is None else None


def _contested(claim: RefusedGoodsClaim, _: object) -> Refusal | None:
    return None if claim.contested_at is None else RefusedGoodsContested()


def _scanned(claim: RefusedGoodsClaim, _: object) -> Refusal | None:
    return None if claim.scanned_at is None else RefusedGoodsAlreadyScanned(scanned_at=claim.scanned_at)


_S, _A = RefusedGoodsState, RefusedGoodsAction
_Rows = dict[tuple[RefusedGoodsState, RefusedGoodsAction], Transition[RefusedGoodsState]]
_CONTESTED = Guard(RefusedGoodsContested.code, _contested)
_AWARDED = Guard(NothingAwarded.code, _nothing_awarded)
_SCANNED = Guard(RefusedGoodsAlreadyScanned.code, _scanned)
_WITH_MERCHANT = (_S.AWAIT_DISPATCH, _S.UNDER_REVIEW)
_OPEN = (*_WITH_MERCHANT, _S.IN_TRANSIT, _S.LOST)
_UNDELIVERED = (*_WITH_MERCHANT, _S.IN_TRANSIT, _S.LOST, _S.AWAIT_PAYMENT)
_REVIEWED = (_S.UNDER_REVIEW, _S.LOST)


def _rows(
    states: tuple[RefusedGoodsState, ...], action: RefusedGoodsAction, row: Transition[RefusedGoodsState]
) -> _Rows:
    return {(state, action): row for state in states}


REFUSED_GOODS_CLAIM: Lifecycle[RefusedGoodsState, RefusedGoodsAction] = Lifecycle(
    "refused goods claim",
    initial=_S.AWAIT_DISPATCH,
    transitions={
        **_rows(_WITH_MERCHANT, _A.SEND, Transition(_S.IN_TRANSIT, MERCHANT_OR_AGENT, (PARTY,))),
        (_S.IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(_S.IN_TRANSIT, MERCHANT_OR_AGENT, (PARTY, _SCANNED)),
        # Goods are found that were taken for lost, were handed over by the merchant, or have never been with it.
        **_rows(_UNDELIVERED, _A.DELIVER, Transition(_S.DELIVERED, BUYER_OR_AGENT, (PARTY,))),
        # The courier alone reports it: the buyer may object, as to a replacement, and silence confirms.
        **_rows(_UNDELIVERED, _A.ARRIVE, Transition(_S.AWAIT_CONFIRMATION, SYSTEM_ONLY, (_CONTESTED,))),
        (_S.AWAIT_CONFIRMATION, _A.DELIVER): Transition(_S.DELIVERED, RECEIVERS, (PARTY,)),
        (_S.AWAIT_CONFIRMATION, _A.REPORT_NOT_RECEIVED): Transition(_S.UNDER_REVIEW, BUYER),
        **_rows((*_WITH_MERCHANT, _S.IN_TRANSIT), _A.REPORT_LOST, Transition(_S.LOST, AGENT_OR_SYSTEM, (PARTY,))),
        **_rows(_REVIEWED, _A.ORDER_DISPATCH, Transition(_S.AWAIT_DISPATCH, AGENT, (PARTY,))),
        **_rows(_OPEN, _A.KEEP, Transition(_S.KEPT, AGENT, (PARTY,))),
        **_rows(_OPEN, _A.ABANDON, Transition(_S.ABANDONED, BUYER)),
        (_S.LOST, _A.COMPENSATE): Transition(_S.AWAIT_PAYMENT, AGENT, (PARTY,)),
        **_rows(_REVIEWED, _A.DECLINE, Transition(_S.NOTHING_OWED, AGENT, (PARTY,))),
        **_rows(
            (_S.AWAIT_PAYMENT, _S.LOST),
            _A.RECORD_PAYMENT,
            Transition(_S.COMPENSATED, MERCHANT_OR_AGENT, (PARTY, _AWARDED, SECOND_PERSON)),
        ),
        # The case decides anew about the goods.
        **_rows(_WITH_MERCHANT, _A.WITHDRAW, Transition(_S.WITHDRAWN, SYSTEM_ONLY)),
        (_S.AWAIT_DISPATCH, _A.ESCALATE): Transition(_S.UNDER_REVIEW, SYSTEM_ONLY, cause="not_sent"),
        (_S.IN_TRANSIT, _A.ESCALATE): Transition(_S.UNDER_REVIEW, SYSTEM_ONLY, cause="not_delivered"),
        (_S.AWAIT_PAYMENT, _A.ESCALATE): Transition(_S.LOST, SYSTEM_ONLY, cause="payment_late"),
        **{(state, _A.ESCALATE): Transition(state, SYSTEM_ONLY, cause="platform_late") for state in _REVIEWED},
    },
    timeouts={
        _S.AWAIT_DISPATCH: Timeout("merchant", "refused_goods_dispatch_hours", _A.ESCALATE, "refused_goods_not_sent"),
        _S.IN_TRANSIT: Timeout(COURIER, "refused_goods_transit_hours", _A.ESCALATE, "refused_goods_not_delivered"),
        _S.AWAIT_CONFIRMATION: Timeout(
            "buyer", "refused_goods_confirmation_hours", _A.DELIVER, "refused_goods_confirmed"
        ),
        _S.UNDER_REVIEW: Timeout("agent", "refused_goods_review_hours", _A.ESCALATE, "refused_goods_late"),
        _S.LOST: Timeout("agent", "refused_goods_review_hours", _A.ESCALATE, "refused_goods_late"),
        _S.AWAIT_PAYMENT: Timeout("merchant", "refused_goods_payment_hours", _A.ESCALATE, "refused_goods_unpaid"),
    },
    ends={_S.DELIVERED, _S.KEPT, _S.ABANDONED, _S.COMPENSATED, _S.NOTHING_OWED, _S.WITHDRAWN},
    binding=BINDING,
)
"""A claim to refused goods. The facts of its guards are ClaimFacts."""
REFUSED_GOODS: ClaimType[RefusedGoodsClaim] = ClaimType(DocumentKind.REFUSED_GOODS_CLAIM, REFUSED_GOODS_CLAIM)
