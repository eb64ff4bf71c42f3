"""A dispute in sentences: what it is about, where it is, whose turn it is and until when, what then, the verdict, the money, who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import written
from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, PLAIN_HOURS, Actor, Allowed, Timing
from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import (
    Dispute,
    DisputeAction,
    DisputeCategory,
    DisputeOrigin,
    DisputeState,
    Remedy,
    TakesEffect,
)
from aftersale_svc.domain.disputes.parts import DisputeParts, MoneyByCase, PaymentTurn
from aftersale_svc.domain.disputes.remedies import WITH_MONEY
from aftersale_svc.domain.wording.action_text import ActionText
from aftersale_svc.domain.wording.dispute_actions import DISPUTE_ACTION_NAMES, DISPUTE_WHY_NOT
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES, appeal, owed
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.states import TURN_NAMES
from aftersale_svc.domain.wording.terms import judgement, open_proposal

CATEGORIES: Mapping[str, Label] = {
    DisputeCategory.UNFAIR_REJECTION: Label("拒绝不合理", "an unfair rejection"),
    DisputeCategory.REFUND_DELAYED: Label("退款拖延", "a refund that is delayed"),
    DisputeCategory.REFUND_TOO_LOW: Label("退款金额过低", "a refund that is too low"),
    DisputeCategory.NO_ANSWER: Label("商家不处理", "no answer"),
    DisputeCategory.SERVICE_ATTITUDE: Label("服务态度", "how somebody was treated"),
    DisputeCategory.QUALITY: Label("商品质量", "the quality of the goods"),
    DisputeCategory.COUNTERFEIT: Label("假冒商品", "counterfeit goods"),
    DisputeCategory.NOT_AS_DESCRIBED: Label("与描述不符", "goods that are not as described"),
    DisputeCategory.DELIVERY: Label("物流问题", "the delivery"),
    DisputeCategory.OTHER: Label("其他问题", "something else"),
}
ORIGINS: Mapping[DisputeOrigin, Label] = {
    DisputeOrigin.COMPLAINT: Label("买家投诉发起", "opened by a complaint of the buyer"),
    DisputeOrigin.BUYER: Label("买家发起", "opened by the buyer"),
    DisputeOrigin.PLATFORM: Label("平台发起", "opened by the platform"),
}
_UNDECIDED = Label("是否退款由裁决或和解决定", "A verdict or a settlement decides whether money goes back")
_NOTHING = Label("不退款", "No money goes back")
_BY_CASE = Label("是否退款以售后单的处理结果为准", "Whether money goes back follows from the case")


@dataclass(frozen=True, slots=True)
class DisputeExplanation:
    """A dispute in sentences. `then` is None where it has no deadline, `verdict` before one was given or both sides agreed, `money_when`
    where no money is to go back, `settlement` where none is proposed, `appeal` where nobody can appeal; `actions` leaves out what
    the state does not have."""

    what: Label
    where: Label
    turn: Label
    then: Label | None
    verdict: Label | None
    money: Label
    money_when: Label | None
    settlement: Label | None
    appeal: Label | None
    actions: tuple[ActionText[DisputeAction], ...]


def explain(
    dispute: Dispute, parts: DisputeParts, actor: Actor, now: datetime, zone: ZoneInfo, timing: Timing = PLAIN_HOURS
) -> DisputeExplanation:
    """The dispute in sentences for this reader; `timing` as for `Lifecycle.allowed`."""
    effect, facts = DISPUTE.deadline_effect(dispute), DisputeFacts(actor, now, timing)
    proposal = next((each for each in parts.proposals if each.is_open_at(now)), None)
    until = dispute.deadline_at if dispute.state is DisputeState.APPEAL_WINDOW else dispute.appeal_until
    return DisputeExplanation(
        what=_what(dispute),
        where=DISPUTE_STATES[dispute.state],
        turn=_turn(dispute, parts.payment, zone),
        then=None if effect is None else _then(effect),
        verdict=_verdict(dispute),
        money=_money(dispute, parts, owed(parts.entries, parts.debts, now)),
        money_when=_money_when(dispute, parts.payment, zone),
        settlement=open_proposal(proposal, zone),
        appeal=None if dispute.decided_at is None else appeal(dispute, until, parts.appeals, now, zone),
        actions=tuple(
            _action(each)
            for each in DISPUTE.allowed(dispute, actor, facts, now, timing)
            if each.why_not != NOT_IN_THIS_STATE
        ),
    )


def _action(found: Allowed) -> ActionText[DisputeAction]:
    action, why_not = DisputeAction(found.action), found.why_not
    return ActionText(action, DISPUTE_ACTION_NAMES[action], None if why_not is None else DISPUTE_WHY_NOT[why_not])


def _what(dispute: Dispute) -> Label:
    about = CATEGORIES.get(dispute.category, CATEGORIES[DisputeCategory.OTHER])
    origin = ORIGINS[dispute.origin]
    return Label(f"维权：{about.zh}，{origin.zh}", f"A dispute about {about.en}, {origin.en}")


def _turn(dispute: Dispute, payment: PaymentTurn | None, zone: ZoneInfo) -> Label:
    """Whom the dispute waits for; while its verdict is executed, that is whoever has to act in the case."""
    if dispute.whose_turn == NOBODY:
        if dispute.owed_minor > 0:
            debt = written(dispute.owed_minor, dispute.currency)
            return Label(f"维权已结束；买家应返还 {debt}", f"The dispute has ended. The buyer has to pay back {debt}")
        return Label("维权已结束，无需处理", "The dispute has ended; nobody has to act")
    of = payment if payment is not None and dispute.state is DisputeState.EXECUTING else dispute
    who = TURN_NAMES[of.whose_turn]
    if of.deadline_at is None:
        return Label(f"等待{who.zh}处理", f"It is the turn of {who.en}")
    time = in_zone(of.deadline_at, zone)
    return Label(f"等待{who.zh}处理，截止 {time}", f"It is the turn of {who.en}, until {time}")


def _then(effect: str) -> Label:
    then = effect_label(effect)
    return Label(f"逾期未处理：{then.zh}", f"If nothing happens by then, {then.en}")


def _verdict(dispute: Dispute) -> Label | None:
    """What was decided or agreed on, and whether that is final."""
    if dispute.remedy is None:
        return None
    liable = dispute.liable or Liable.NOBODY
    judged = judgement(dispute.remedy, liable, dispute.amount_minor or 0, dispute.currency)
    if dispute.state is DisputeState.SETTLED:
        return Label(f"双方和解：{judged.zh}", f"Both sides have agreed on {judged.en}")
    final = Label("（终局）", ". It is final") if dispute.final_at is not None else Label("", "")
    return Label(f"裁决：{judged.zh}{final.zh}", f"The verdict orders {judged.en}{final.en}")


def _money(dispute: Dispute, parts: DisputeParts, owed_back: Label | None) -> Label:
    """How much goes back because of the dispute, and how certain that is."""
    if dispute.remedy is None:
        return _UNDECIDED if dispute.state not in DISPUTE.ends else _NOTHING
    if dispute.refunded_minor:
        paid = written(dispute.refunded_minor, dispute.currency)
        back = owed_back or Label("", "")
        more = ("；", "; ") if owed_back else ("", "")
        return Label(f"已退款 {paid}{more[0]}{back.zh}", f"{paid} went back{more[1]}{back.en}")
    if dispute.remedy not in WITH_MONEY or dispute.refunded_minor == 0:
        return _NOTHING if dispute.remedy in (*WITH_MONEY, Remedy.NONE) else _by_case(parts.by_case)
    amount = written(dispute.amount_minor or 0, dispute.currency)
    return Label(f"应退款 {amount}", f"{amount} is to go back")


def _by_case(money: MoneyByCase | None) -> Label:
    """What goes back in the case, which goes on: what was paid, or what is expected by now."""
    if money is None or money.expected_minor is None:
        return _BY_CASE
    if money.refunded_minor:
        paid = written(money.refunded_minor, money.currency)
        return Label(f"售后单已退款 {paid}", f"{paid} went back in the case")
    if not money.expected_minor:
        return _NOTHING
    expected = written(money.expected_minor, money.currency)
    return Label(f"预计退款 {expected}，{_BY_CASE.zh}", f"{expected} is expected. {_BY_CASE.en}")


def _money_when(dispute: Dispute, payment: PaymentTurn | None, zone: ZoneInfo) -> Label | None:
    """When the money of the verdict goes back; None where none does, or it has gone back."""
    if dispute.remedy not in WITH_MONEY or dispute.refunded_minor is not None:
        return None
    if dispute.takes_effect is TakesEffect.AFTER_APPEAL_WINDOW and dispute.state is DisputeState.APPEAL_WINDOW:
        time = "…" if dispute.deadline_at is None else in_zone(dispute.deadline_at, zone)
        return Label(f"如无申诉，于 {time} 执行", f"On {time}, unless there is an appeal")
    if dispute.is_appealed and dispute.takes_effect is TakesEffect.AFTER_APPEAL_WINDOW:
        return Label("申诉裁定后执行", "Once the appeal was decided")
    if payment is not None and payment.whose_turn == "agent":
        return Label(
            "退款未成功，等待平台客服处理，期限见售后单",
            "The refund has failed, and an agent has to act; the case says by when",
        )
    return Label("退款处理中，期限见售后单", "It is being paid; the case says by when")
