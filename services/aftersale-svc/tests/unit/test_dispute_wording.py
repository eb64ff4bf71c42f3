"""Whatever a dispute can be, people read about it in both languages; and what is offered stands in the sentences."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, Actor
from aftercare_chassis.sentences import DEFAULT_ZONE
from aftersale_svc.commands.step_details import FIELDS
from aftersale_svc.domain.cases.codes import CaseType, Liable
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import (
    Dispute,
    DisputeCategory,
    DisputeOrigin,
    DisputeSide,
    DisputeState,
    Remedy,
    TakesEffect,
)
from aftersale_svc.domain.disputes.parts import DisputeParts
from aftersale_svc.domain.disputes.proposals import Proposal, ProposalState
from aftersale_svc.domain.wording import explanation, terms
from aftersale_svc.domain.wording.dispute_actions import DISPUTE_WHY_NOT
from aftersale_svc.domain.wording.dispute_explanation import CATEGORIES, ORIGINS, explain
from aftersale_svc.domain.wording.step_details import about
from order_book import NOW

BUYER, ARBITRATOR = Actor("buyer-1", "buyer"), Actor("arb-1", "arbitrator")
NO_PARTS = DisputeParts(rounds=[], proposals=[], costs=[], sanctions=[], appeals=[], entries=[], debts=[])
SOON = NOW + timedelta(hours=48)
UNTIL = "2026-03-04 17:00 Asia/Shanghai"
ADispute = Callable[..., Dispute]


def labels(found: Any) -> Iterator[Label]:
    """Every text of an explanation."""
    for name in found.__dataclass_fields__:
        value = getattr(found, name)
        if isinstance(value, Label):
            yield value
    for each in found.actions:
        yield each.name
        if each.why_not is not None:
            yield each.why_not


@pytest.mark.parametrize("state", DisputeState)
@pytest.mark.parametrize("actor", [BUYER, Actor("seller-1", "seller", "m-1"), ARBITRATOR, Actor("agent-1", "agent")])
def test_every_state_reads_without_a_code(state: DisputeState, actor: Actor, a_dispute: ADispute) -> None:
    for more in ({}, {"remedy": Remedy.REFUND, "liable": Liable.SELLER, "amount_minor": 100, "decided_at": NOW}):
        turn = DISPUTE.timeouts[state].turn if state in DISPUTE.timeouts else "nobody"
        found = explain(a_dispute(state, whose_turn=turn, deadline_at=SOON, **more), NO_PARTS, actor, NOW, DEFAULT_ZONE)
        for text in labels(found):
            assert text.zh
            assert not re.findall("[a-z]+_[a-z]+", text.zh + text.en), text
        assert (found.verdict is None) == (not more)


def test_every_code_of_the_table_has_its_words() -> None:
    whys = {row.permission.why_not for row in DISPUTE.transitions.values()}
    whys |= {guard.code for row in DISPUTE.transitions.values() for guard in row.guards}
    whys |= {f"outcome_of_{row.outcome_of}" for row in DISPUTE.transitions.values() if row.outcome_of is not None}
    assert whys - {NOT_IN_THIS_STATE} <= DISPUTE_WHY_NOT.keys() | {"deadline_passed"}
    assert set(CATEGORIES) == set(DisputeCategory)
    assert set(ORIGINS) == set(DisputeOrigin)
    assert set(terms.LIABLE) == set(Liable)
    assert set(terms.OFFERED_BY) == set(OfferSide)
    assert set(terms.PROPOSED_BY) == set(DisputeSide)


def test_a_dispute_has_what_it_is_about_and_whose_turn_it_is(a_dispute: ADispute) -> None:
    asked = a_dispute(DisputeState.AWAIT_MERCHANT_ANSWER, whose_turn="merchant", deadline_at=SOON)
    found = explain(asked, NO_PARTS, BUYER, NOW, DEFAULT_ZONE)
    assert found.what == Label(
        "维权：拒绝不合理，买家投诉发起", "A dispute about an unfair rejection, opened by a complaint of the buyer"
    )
    assert found.turn.en == f"It is the turn of the merchant, until {UNTIL}"
    assert found.then is not None
    assert found.then.en.endswith("the platform goes on without an answer of the merchant")
    assert found.money.en == "A verdict or a settlement decides whether money goes back"
    assert (found.verdict, found.money_when, found.settlement, found.appeal) == (None, None, None, None)
    why_not = {each.action: each.why_not for each in found.actions}
    assert why_not["withdraw"] is None
    assert why_not["answer"] == Label("由商家操作", "it is for the merchant to do")
    assert explain(replace(asked, category="new"), NO_PARTS, BUYER, NOW, DEFAULT_ZONE).what.en.startswith(
        "A dispute about"
    )


def test_the_verdict_its_money_and_when_it_goes_back(a_dispute: ADispute) -> None:
    given = {"remedy": Remedy.REFUND, "liable": Liable.SELLER, "amount_minor": 5000, "decided_at": NOW}
    paying = a_dispute(DisputeState.EXECUTING, whose_turn="system", appeal_until=SOON, **given)
    found = explain(paying, NO_PARTS, BUYER, NOW, DEFAULT_ZONE)
    assert found.verdict == Label(
        "裁决：退款 50.00 CNY，商家承担责任", "The verdict orders a refund of 50.00 CNY; the merchant is liable"
    )
    assert found.money.en == "50.00 CNY is to go back"
    assert found.money_when is not None
    assert found.appeal is not None
    assert UNTIL in found.appeal.en
    paid = replace(paying, state=DisputeState.EXECUTED, whose_turn="nobody", refunded_minor=5000, final_at=NOW)
    found = explain(paid, NO_PARTS, BUYER, NOW, DEFAULT_ZONE)
    assert (found.money.zh, found.money_when, found.appeal) == ("已退款 50.00 CNY", None, None)
    assert found.verdict is not None
    assert found.verdict.en.endswith("It is final")
    waiting = replace(
        paying,
        state=DisputeState.APPEAL_WINDOW,
        whose_turn="parties",
        deadline_at=SOON,
        takes_effect=TakesEffect.AFTER_APPEAL_WINDOW,
    )
    found = explain(waiting, NO_PARTS, BUYER, NOW, DEFAULT_ZONE)
    assert found.money_when == Label(f"如无申诉，于 {UNTIL} 执行", f"On {UNTIL}, unless there is an appeal")


def a_proposal(**more: Any) -> Proposal:
    values: dict[str, Any] = {
        "id": "prop_1",
        "dispute_id": "dsp_1",
        "side": DisputeSide.MERCHANT,
        "proposed_by": "seller-1",
        "state": ProposalState.OPEN,
        "deadline_at": SOON,
        "answer_by": SOON,
        "remedy": Remedy.COMPENSATION,
        "liable": Liable.NOBODY,
        "amount_minor": 3000,
        "currency": "CNY",
        "text": "?",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Proposal(**{**values, **more})


def test_a_proposed_settlement_has_what_by_whom_until_when_and_what_otherwise(a_dispute: ADispute) -> None:
    parts = replace(NO_PARTS, proposals=[a_proposal()])
    found = explain(a_dispute(proposed_by=DisputeSide.MERCHANT), parts, BUYER, NOW, DEFAULT_ZONE)
    assert found.settlement == Label(
        f"商家提出和解方案：补偿 30.00 CNY，商品留用，双方均无责任，截止 {UNTIL}，逾期未答复：和解方案失效，维权继续",
        f"The merchant proposes a settlement: 30.00 CNY, and that the goods stay with the buyer; nobody is liable, until {UNTIL};"
        " without an answer the proposal lapses, and the dispute goes on",
    )
    later = NOW + timedelta(hours=1)
    ended = a_proposal(state=ProposalState.DECLINED, deadline_at=None, updated_at=later)
    assert ended.is_open_at(NOW)
    assert not ended.is_open_at(later)
    assert not ended.is_open_at(NOW - timedelta(seconds=1))


def test_an_open_offer_is_in_the_explanation_of_its_case(a_case: Callable[..., Case]) -> None:
    offer = Offer(
        case_id="case_1",
        number=1,
        by=OfferSide.SELLER,
        type=CaseType.REFUND_ONLY,
        amount_minor=3000,
        currency="CNY",
        state=OfferState.OPEN,
        made_at=NOW,
    )
    case = a_case(CaseState.OFFER_PENDING, whose_turn="buyer", deadline_at=SOON, offers_made=1)
    found = explanation.explain(FullCase(case=case).keeping(offer), BUYER).offer
    assert found == Label(
        f"商家提出方案：仅退款，退款 30.00 CNY，截止 {UNTIL}，逾期未答复：方案失效，重新审核申请",
        f"The merchant offers: Refund without return, 30.00 CNY goes back, until {UNTIL}; without an answer the offer lapses, and the"
        " request is reviewed again",
    )
    counter = replace(offer, by=OfferSide.BUYER)
    reviewed = a_case(CaseState.PENDING_REVIEW, deadline_at=SOON, offers_made=1)
    countered = explanation.explain(FullCase(case=reviewed).keeping(counter), BUYER).offer
    assert countered is not None
    assert countered.en.endswith("without an answer the request is approved")
    assert explanation.explain(FullCase(case=reviewed), BUYER).offer is None


MOVED = {"previous_due_at": NOW.isoformat(), "deadline_at": SOON.isoformat()}
DETAILS: dict[str, dict[str, Any]] = {
    "OfferMade": {
        "offered_type": "refund_only",
        "amount_minor": 100,
        "deadline_at": SOON.isoformat(),
        "effect": "offer_lapses",
    },
    "OfferAccepted": {"case_type": "exchange", "amount_minor": 0},
    "DecisionProposed": {"action": "approve", "amount_minor": 100},
    "SettlementProposed": {"remedy": "none", "liable": "buyer", "amount_minor": 0, "deadline_at": SOON.isoformat()},
    "DisputeSettled": {"remedy": "refund", "liable": "seller", "amount_minor": 100},
    "VerdictGiven": {
        "remedy": "refund",
        "liable": "seller",
        "amount_minor": 100,
        "takes_effect": "after_appeal_window",
        "appeal_until": SOON.isoformat(),
    },
    "DisputeDebtRepaid": {"amount_minor": 100, "owed_minor": 2000},
    "DisputeDebtWrittenOff": {"amount_minor": 100, "owed_minor": 100},
    "VerdictReplaced": {"remedy": "exchange", "liable": "courier", "amount_minor": 0},
    "EvidenceRequested": {"asked_of": "both", "deadline_at": SOON.isoformat(), "effect": "reviewed_without_evidence"},
    "DisputeTestOrdered": {"sender": "buyer", "deadline_at": SOON.isoformat(), "effect": "test_ends_without_sample"},
    "DisputeExecuted": {"refunded_minor": 100},
    "DeadlineExtended": MOVED,
    "DisputeDeadlineExtended": MOVED,
    "AfterSaleApproved": {"cause": "timeout"},
    "AfterSaleEscalated": {"cause": "refund_late"},
    "DisputeEscalated": {"cause": "merchant_silent"},
    "ReturnInspected": {
        "lines": [{"accepted": 1, "refused": 2}, {"accepted": 1, "refused": None}],
        "accepted_minor": 100,
    },
    "RepairQuoted": {"owed_minor": 100},
    "ReplacementPriced": {"owed_minor": 0, "credit_minor": 100},
    "ChargeAgreed": {"owed_minor": 100},
    "ChargePaymentStated": {"owed_minor": 100},
    "ChargePaymentDenied": {"owed_minor": 100},
    "ChargePaid": {"owed_minor": 100},
    "ChargeReturned": {"amount_minor": 100},
    "OfflineRefundStated": {"amount_minor": 100},
    "AfterSaleCompleted": {"refunded_minor": 100},
}


def test_every_kind_of_details_reads_in_both_languages() -> None:
    assert DETAILS.keys() == {each.__name__ for each in FIELDS}
    for event, fields in FIELDS.items():
        assert set(fields) <= event.model_fields.keys()
        details = {**DETAILS[event.__name__], "currency": "CNY"}
        assert set(DETAILS[event.__name__]) <= {*fields, "effect"}
        text = about(details, DEFAULT_ZONE)
        assert text is not None
        assert not re.findall("[a-z]+_[a-z]+", text.zh + text.en), text
        assert ("1.00 CNY" in text.en) == ("1.00 CNY" in text.zh)
        assert (UNTIL in text.zh) == ("deadline_at" in details or "appeal_until" in details)


def test_a_step_has_what_was_offered() -> None:
    step = TimelineStep(
        id="step_1",
        case_id="case_1",
        dispute_id=None,
        at=NOW,
        actor_id="seller-1",
        actor_role="seller",
        action="offer",
        state="offer_pending",
        note=None,
        evidence=[],
        details={**DETAILS["OfferMade"], "currency": "CNY"},
    )
    assert explanation.sentence(step) == Label(
        f"商家提出了处理方案：仅退款，退款 1.00 CNY，截止 {UNTIL}，逾期未答复：方案失效，重新审核申请",
        f"The merchant made an offer: Refund without return, 1.00 CNY goes back, until {UNTIL}; without an answer the offer lapses, and"
        " the request is reviewed again",
    )
