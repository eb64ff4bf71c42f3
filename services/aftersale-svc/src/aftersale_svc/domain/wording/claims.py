"""Claims in sentences: how their states, deadlines and actions are called, and what there is to read about one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aftercare_chassis.currencies import written
from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, Allowed, HasState, Lifecycle

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimAction,
    CourierClaimCause,
    CourierClaimState,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.wording.actions import WHY_NOT
from aftersale_svc.domain.wording.states import TURN_NAMES
from aftersale_svc.domain.wording.times import DEFAULT_ZONE, in_zone

# Any: the states and actions differ per kind of claim.

COURIER_CLAIM_STATES: Mapping[CourierClaimState, Label] = {
    CourierClaimState.DRAFTED: Label("等待商家向快递申报", "The claim has to be filed with the courier"),
    CourierClaimState.FILED: Label("已申报，等待快递受理", "Filed; the courier has to acknowledge it"),
    CourierClaimState.ACKNOWLEDGED: Label("快递已受理，等待认定", "Acknowledged; the courier has to decide"),
    CourierClaimState.ACCEPTED: Label("快递已认赔，等待付款", "Accepted; the courier has to pay"),
    CourierClaimState.DECLINED: Label("快递拒赔，可再次申报", "Declined by the courier; it may be filed again"),
    CourierClaimState.PAID: Label("快递已赔付", "Paid by the courier"),
    CourierClaimState.ABANDONED: Label("索赔已终止，未赔付", "Ended without a payment"),
}
COURIER_CLAIM_ACTIONS: Mapping[CourierClaimAction, Label] = {
    CourierClaimAction.FILE: Label("登记向快递申报", "record that it was filed with the courier"),
    CourierClaimAction.ADD_EVIDENCE: Label("补充凭证", "add evidence"),
    CourierClaimAction.ACKNOWLEDGE: Label("登记快递受理", "record that the courier has acknowledged it"),
    CourierClaimAction.ACCEPT: Label("登记快递认赔", "record what the courier accepts"),
    CourierClaimAction.DECLINE: Label("登记快递拒赔", "record that the courier declines"),
    CourierClaimAction.PAY: Label("登记快递付款", "record that the courier has paid"),
    CourierClaimAction.ABANDON: Label("放弃索赔", "give the claim up"),
    CourierClaimAction.LAPSE: Label("逾期终止", "end a claim that was not filed in time"),
    CourierClaimAction.ESCALATE: Label("登记快递逾期", "record that the courier is late"),
}
COURIER_CLAIM_CAUSES: Mapping[CourierClaimCause, Label] = {
    CourierClaimCause.DAMAGED: Label("运输途中破损", "damaged on the way"),
    CourierClaimCause.LOST: Label("丢失", "lost"),
    CourierClaimCause.NOT_RECEIVED: Label("显示签收但未收到", "reported as delivered, and not received"),
}
PARCEL_LEGS: Mapping[ParcelLeg, Label] = {
    ParcelLeg.OUTBOUND: Label("发给买家的包裹", "the parcel to the buyer"),
    ParcelLeg.RETURN: Label("退回商家的包裹", "the returned parcel"),
    ParcelLeg.EXCHANGE: Label("补寄或换货的包裹", "the parcel with the replacement"),
}
CLAIM_EFFECTS: Mapping[str, Label] = {
    "claim_lapses": Label("索赔终止", "the claim ends without a payment"),
    "claim_late": Label(
        "登记快递逾期，并重新计时", "it is recorded that the courier is late, and its time begins again"
    ),
    "guarantee_merchant_silent": Label("视为商家未回应，由平台处理", "an agent decides without the merchant"),
    "guarantee_late": Label(
        "登记平台逾期，并重新计时", "it is recorded that the platform is late, and its time begins again"
    ),
    "guarantee_without_evidence": Label("平台按现有凭证处理", "an agent decides without more evidence"),
}
"""What happens at a deadline of a claim, by the `effect` of its timeout."""
CLAIM_WHY_NOT: Mapping[str, Label] = {
    "finance_only": Label("只有平台财务可以操作", "only the finance staff of the platform may"),
    "claimants_only": Label("只有买家或平台客服可以操作", "only the buyer or an agent may"),
    "second_person_needed": Label("审批人不能登记付款", "who approved it cannot record its payment"),
    "evidence_asked_too_often": Label("举证要求次数已用完", "evidence was asked for as often as it may be"),
    "filed_too_often": Label("申报次数已用完", "it was filed as often as it may be"),
}


@dataclass(frozen=True, slots=True)
class ClaimActionText:
    """An action that the state of a claim has, and why it is not open to the reader; None where it is."""

    action: str
    name: Label
    why_not: Label | None


@dataclass(frozen=True, slots=True)
class ClaimExplanation:
    """A claim in sentences. `then` is None where it has no deadline."""

    what: Label
    where: Label
    turn: Label
    then: Label | None
    money: Label
    actions: tuple[ClaimActionText, ...]


class _Waiting(HasState, Protocol):
    @property
    def whose_turn(self) -> str: ...
    @property
    def deadline_at(self) -> datetime | None: ...


def turn_of(claim: _Waiting) -> Label:
    """Who has to act next, and until when."""
    if claim.whose_turn == NOBODY:
        return Label("索赔已结束，无需处理", "The claim has ended; nobody has to act")
    who = TURN_NAMES[claim.whose_turn]
    if claim.deadline_at is None:
        return Label(f"等待{who.zh}处理", f"It is the turn of {who.en}")
    time = in_zone(claim.deadline_at, DEFAULT_ZONE)
    return Label(f"等待{who.zh}处理，截止 {time}", f"It is the turn of {who.en}, until {time}")


def then_of(table: Lifecycle[Any, Any], claim: _Waiting) -> Label | None:
    """What happens if nobody acts until then."""
    effect = table.deadline_effect(claim)
    if effect is None:
        return None
    then = CLAIM_EFFECTS[effect]
    return Label(f"逾期未处理：{then.zh}", f"If nothing happens by then, {then.en}")


def actions_of(allowed: list[Allowed], names: Mapping[Any, Label]) -> tuple[ClaimActionText, ...]:
    """The actions that the state has, each with why the reader may not take it."""
    by_code = {str(action): label for action, label in names.items()}
    return tuple(
        ClaimActionText(each.action, by_code[each.action], _why_not(each.why_not))
        for each in allowed
        if each.why_not != NOT_IN_THIS_STATE
    )


def _why_not(code: str | None) -> Label | None:
    return None if code is None else CLAIM_WHY_NOT.get(code) or WHY_NOT.get(code, Label(code, code))


def explain_courier_claim(
    claim: CourierClaim,
    table: Lifecycle[Any, Any],
    allowed: list[Allowed],
) -> ClaimExplanation:
    """The claim in sentences for this reader."""
    leg, cause = PARCEL_LEGS[claim.leg], COURIER_CLAIM_CAUSES[claim.cause]
    parcel = f"{claim.carrier} {claim.waybill_no}"
    return ClaimExplanation(
        what=Label(
            f"向快递索赔：{leg.zh}（{parcel}）{cause.zh}", f"A claim on the courier: {leg.en} ({parcel}) was {cause.en}"
        ),
        where=COURIER_CLAIM_STATES[claim.state],
        turn=turn_of(claim),
        then=then_of(table, claim),
        money=_money(claim),
        actions=actions_of(allowed, COURIER_CLAIM_ACTIONS),
    )


def _money(claim: CourierClaim) -> Label:
    claimed = written(claim.claimed_minor, claim.currency)
    if claim.state is CourierClaimState.ABANDONED:
        return Label(f"索赔 {claimed}，未获赔付", f"{claimed} was claimed, and nothing was paid")
    if claim.accepted_minor is None:
        return Label(f"索赔 {claimed}", f"{claimed} is claimed")
    accepted = written(claim.accepted_minor, claim.currency)
    if claim.state is CourierClaimState.PAID:
        return Label(f"快递已赔付 {accepted}", f"The courier has paid {accepted}")
    return Label(f"索赔 {claimed}，快递认赔 {accepted}", f"{claimed} is claimed; the courier accepts {accepted}")
