"""A case in sentences: what it is, where it is, whose turn it is and until when, what then, what comes back, who may do what."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aftercare_chassis.currencies import written
from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, Actor

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.codes import Money, RefundState
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, TimelineStep
from aftersale_svc.domain.cases.outcomes import money_outcome
from aftersale_svc.domain.cases.reasons import REASONS, Label
from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.disputes.stops import effect
from aftersale_svc.domain.money.fees import buyer_pays_return, sends_goods_back
from aftersale_svc.domain.wording.actions import ACTION_NAMES, WHY_NOT
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.money_times import money_when
from aftersale_svc.domain.wording.outcomes import because, why
from aftersale_svc.domain.wording.states import STATE_NAMES, TURN_NAMES, TYPE_NAMES
from aftersale_svc.domain.wording.steps import ACTORS, STEPS


@dataclass(frozen=True, slots=True)
class ActionText:
    """An action, and why it is not open to the reader; None where it is."""

    action: CaseAction
    name: Label
    why_not: Label | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A case in sentences. `then` is None where it has no deadline, `money_when` where no money goes back, `appeal` where nobody can appeal,
    `why` where it is neither rejected nor closed; `actions` leaves out what the state does not have."""

    what: Label
    where: Label
    turn: Label
    then: Label | None
    money: Label
    money_when: Label | None
    actions: tuple[ActionText, ...]
    appeal: Label | None = None
    why: Label | None = None


def explain(
    full: FullCase, actor: Actor, now: datetime | None = None, about_appeal: Label | None = None
) -> Explanation:
    """The case in sentences for this reader; `now` as for `lifecycle.allowed`, `about_appeal` as `wording.disputes` has it."""
    case, table, facts, stop = full.case, lifecycle.of(full.case), facts_for(full, actor), full.stop
    return Explanation(
        what=_what(full),
        where=STATE_NAMES[case.state],
        turn=_turn(case.whose_turn, case.deadline_at) if stop is None else _stopped(stop),
        then=_then(table.deadline_effect(case, facts) if stop is None else effect(stop)),
        money=_money(full),
        money_when=money_when(full),
        actions=tuple(
            ActionText(CaseAction(each.action), ACTION_NAMES[CaseAction(each.action)], _why_not(each.why_not))
            for each in table.allowed(case, actor, facts, now)
            if each.why_not != NOT_IN_THIS_STATE
        ),
        appeal=about_appeal,
        why=why(case),
    )


def sentence(step: TimelineStep) -> Label:
    """A step of the timeline as a sentence, with why it rejected or closed the case, and without its note."""
    actor = ACTORS.get(step.actor_role, Label(step.actor_role, step.actor_role))
    text = STEPS.get(step.action, Label("{actor}：" + step.action, "{actor}: " + step.action))
    return because(Label(text.zh.format(actor=actor.zh), text.en.format(actor=actor.en)), step.reason)


def _what(full: FullCase) -> Label:
    type_, reason = TYPE_NAMES[full.case.type], REASONS[full.case.reason].label
    units = sum(line.quantity for line in full.requested)
    zh = f"{type_.zh}，共 {units} 件，原因：{reason.zh}"
    return Label(zh, f"{type_.en}, {units} unit{'' if units == 1 else 's'}. Reason: {reason.en}")


def _turn(turn: str, until: datetime | None) -> Label:
    who = TURN_NAMES[turn]
    if turn == NOBODY:
        return Label("售后已结束，无需处理", "The case has ended; nobody has to act")
    if until is None:
        return Label(f"等待{who.zh}处理", f"It is the turn of {who.en}")
    time = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Label(f"等待{who.zh}处理，截止 {time}", f"It is the turn of {who.en}, until {time}")


def _stopped(stop: Stop) -> Label:
    """Whom the dispute waits for; nobody can act in the case itself."""
    turn = _turn(stop.whose_turn, stop.deadline_at)
    return Label(f"售后单因维权冻结；维权中{turn.zh}", f"A dispute stops the case. In the dispute: {turn.en}")


def _then(effect: str | None) -> Label | None:
    if effect is None:
        return None
    then = effect_label(effect)
    return Label(f"逾期未处理：{then.zh}", f"If nothing happens by then, {then.en}")


def _money(full: FullCase) -> Label:
    case, refund = full.case, full.refund
    if full.is_refunded:
        return _amount("已退款 {}", "{} went back", full.refunded_minor, case)
    stated = full.offline_refund
    if stated is not None and case.state is CaseState.OFFLINE_REFUND_CONFIRM:
        return _amount(*_OFFLINE, stated.amount_minor, case)
    hold = full.money_hold
    if hold is not None and hold.claimed_minor is not None:
        return _amount(*_CLAIMED, hold.claimed_minor, case)
    if case.state in ENDED:
        return Label("不涉及退款", "No money goes back")
    if refund is not None:
        return _amount(*_REFUNDS[refund.state], refund.amount.total_minor, case)
    return _expected(full)


def _expected(full: FullCase) -> Label:
    """What the case gives back or costs, as far as that is known before a refund is decided."""
    case = full.case
    if full.money_hold is not None and full.money_hold.is_open:
        return _amount(*_HELD, full.money_hold.amount_minor, case)
    if full.repair is not None and full.charge is not None and full.charge.amount_minor:
        return _amount(*(_PAID if full.charge.paid_at else _QUOTED), full.charge.amount_minor, case)
    if case.difference_minor:
        texts = _LESS if case.difference_minor < 0 else _MORE
        return _amount(*texts, abs(case.difference_minor), case)
    if money_outcome(case) is not Money.REFUND:
        return Label("不涉及退款", "No money goes back")
    if case.agreed_minor is not None:
        return _amount("按约定退款 {}", "As agreed, {} goes back", case.agreed_minor, case)
    most = case.requested_minor + case.shipping_refund_minor
    return _amount(*(_LESS_FEES if sends_goods_back(case) and buyer_pays_return(case) else _MOST), most, case)


_REFUNDS = {
    RefundState.REQUESTED: ("已决定退款 {}，以支付渠道到账为准", "A refund of {} was decided, and is on its way"),
    RefundState.FAILED: ("退款 {} 未成功，等待平台处理", "The refund of {} was refused; an agent has to decide"),
}
_OFFLINE = (
    "商家称已线下退款 {}，等待买家确认到账",
    "{} was given back outside the provider, as is stated; the buyer has to confirm it",
)
_MOST = ("如全部通过，最多退款 {}", "If all of it is granted, up to {} goes back")
_LESS_FEES = (
    "如全部通过，最多退款 {}，须扣除买家承担的退货费用",
    "If all of it is granted, up to {} goes back, less what the buyer bears of the return",
)
_LESS = ("换货差价 {} 将退还买家", "The replacement costs less: {} goes back")
_HELD = ("商品寄回前担保 {}", "{} is held until the goods are back")
_CLAIMED = (
    "{} 不再退还：商品未寄回或未通过验收",
    "{} stays with the merchant, for units that did not come back or were refused",
)
_QUOTED = ("维修费用 {}，由买家同意后支付", "The repair costs {}, which the buyer pays once they have agreed to it")
_PAID = ("买家已支付维修费用 {}", "The buyer has paid {} for the repair")
_MORE = ("换货差价 {} 由买家支付", "The replacement costs more: the buyer owes {}")


def _amount(zh: str, en: str, minor: int, case: Case) -> Label:
    text = written(minor, case.currency)
    return Label(zh.format(text), en.format(text))


def _why_not(code: str | None) -> Label | None:
    return None if code is None else WHY_NOT.get(code, Label(code, code))
