"""What somebody offers, proposes or decides, in words: offers about cases, settlements and verdicts of disputes."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import written
from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.codes import CaseType, Liable, Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.offers.model import OfferSide
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.model import DisputeSide, Remedy
from aftersale_svc.domain.disputes.proposals import PROPOSAL, Proposal
from aftersale_svc.domain.disputes.remedies import WITH_MONEY
from aftersale_svc.domain.wording.actions import ACTION_NAMES
from aftersale_svc.domain.wording.disputes import REMEDIES
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.states import TYPE_NAMES

LIABLE: Mapping[Liable, Label] = {
    Liable.SELLER: Label("商家承担责任", "the merchant is liable"),
    Liable.BUYER: Label("买家承担责任", "the buyer is liable"),
    Liable.COURIER: Label("快递承担责任", "the courier is liable"),
    Liable.PLATFORM: Label("平台承担责任", "the platform is liable"),
    Liable.NOBODY: Label("双方均无责任", "nobody is liable"),
}
_PAID: Mapping[Remedy, Label] = {
    Remedy.REFUND: Label("退款 {}", "a refund of {}"),
    Remedy.COMPENSATION: Label("补偿 {}，商品留用", "{}, and that the goods stay with the buyer"),
}
"""The remedies in WITH_MONEY, with their amount."""
OFFERED_BY: Mapping[OfferSide, Label] = {
    OfferSide.SELLER: Label("商家提出方案", "The merchant offers"),
    OfferSide.AGENT: Label("平台客服提出方案", "An agent of the platform offers"),
    OfferSide.BUYER: Label("买家提出方案", "The buyer offers"),
}
PROPOSED_BY: Mapping[DisputeSide, Label] = {
    DisputeSide.BUYER: Label("买家提出和解方案", "The buyer proposes a settlement"),
    DisputeSide.MERCHANT: Label("商家提出和解方案", "The merchant proposes a settlement"),
}


def offered_terms(type_: CaseType, amount_minor: int, currency: str) -> Label:
    """As what a case goes on by an offer, and what goes back then."""
    name = TYPE_NAMES[type_]
    if TYPES[type_].money is not Money.REFUND:
        return name
    amount = written(amount_minor, currency)
    return Label(f"{name.zh}，退款 {amount}", f"{name.en}, {amount} goes back")


def judgement(remedy: Remedy, liable: Liable, amount_minor: int, currency: str) -> Label:
    """What a verdict orders, or what both sides would agree on, and who is liable."""
    fault = LIABLE[liable]
    if remedy not in WITH_MONEY:
        return Label(f"{REMEDIES[remedy].zh}，{fault.zh}", f"{REMEDIES[remedy].en}; {fault.en}")
    amount = written(amount_minor, currency)
    ordered = _PAID[remedy]
    return Label(f"{ordered.zh.format(amount)}，{fault.zh}", f"{ordered.en.format(amount)}; {fault.en}")


def proposed_decision(action: CaseAction, amount_minor: int, currency: str) -> Label:
    """What an agent wants to decide, and about how much money."""
    name, amount = ACTION_NAMES[action], written(amount_minor, currency)
    return Label(f"{name.zh}，金额 {amount}", f"{name.en}, about {amount}")


def until(at: datetime | None, effect: str | None, zone: ZoneInfo) -> Label:
    """Until when an answer is awaited, and what happens without one; empty where there is no time limit."""
    if at is None:
        return Label("", "")
    time = in_zone(at, zone)
    if effect is None:
        return Label(f"，截止 {time}", f", until {time}")
    then = effect_label(effect)
    return Label(f"，截止 {time}，逾期未答复：{then.zh}", f", until {time}; without an answer {then.en}")


def open_offer(full: FullCase, effect: str | None, zone: ZoneInfo) -> Label | None:
    """The offer that waits for an answer, by whom it was made, until when it can be answered and what happens otherwise."""
    offer = full.open_offer
    if offer is None:
        return None
    by, terms = OFFERED_BY[offer.by], offered_terms(offer.type, offer.amount_minor, offer.currency)
    limit = until(full.case.deadline_at, effect, zone)
    return Label(f"{by.zh}：{terms.zh}{limit.zh}", f"{by.en}: {terms.en}{limit.en}")


def open_proposal(proposal: Proposal | None, zone: ZoneInfo) -> Label | None:
    """The settlement that is proposed, by which side, until when it can be answered and what happens otherwise."""
    if proposal is None:
        return None
    by = PROPOSED_BY[proposal.side]
    terms = judgement(proposal.remedy, proposal.liable, proposal.amount_minor, proposal.currency)
    limit = until(proposal.answer_by, PROPOSAL.timeouts[PROPOSAL.initial].effect, zone)
    return Label(f"{by.zh}：{terms.zh}{limit.zh}", f"{by.en}: {terms.en}{limit.en}")
