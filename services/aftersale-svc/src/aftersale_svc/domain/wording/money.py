"""What goes back in a case, what the buyer pays, and what is held, in sentences."""

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.amounts import RefundAmount
from aftersale_svc.domain.cases.codes import CloseCause, Money, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside
from aftersale_svc.domain.cases.outcomes import money_outcome
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.wording.amounts import NOTHING_DUE, amount
from aftersale_svc.domain.wording.charges import MORE, charge_back, charged
from aftersale_svc.domain.wording.context import NO_CONTEXT, CaseContext
from aftersale_svc.domain.wording.returned_goods import is_decided_by_agent, lacks_replacement

_NOTHING = Label("不涉及退款", "No money goes back")
_WITH_ORDER = Label("款项随订单取消全额退回", "All the money goes back with the cancelled order")
_REFUNDS = {
    RefundState.REQUESTED: ("已决定退款 {}，以支付渠道到账为准", "A refund of {} was decided, and is on its way"),
    RefundState.FAILED: ("退款 {} 未成功，等待平台处理", "The refund of {} was refused; an agent has to decide"),
}
_CAME_BACK = (
    "退款 {} 到账后被退回商家，仍欠买家，等待平台处理",
    "{} came back to the merchant after it was paid, and is owed; an agent has to decide",
)
_OWED_BY_ORDER = (
    "退款 {} 到账后被退回商家，由商家按订单另行退还",
    "{} came back to the merchant after it was paid; the merchant gives it back with the order",
)
_GONE_BACK = ("已退款 {}", "{} went back")
_FROM_DEPOSIT = ("已由商家保证金赔付 {}", "{} was paid from the guarantee deposit of the merchant")
_COVERED = (
    "退款 {} 未成功，正在申请由商家保证金赔付",
    "The refund of {} was refused; a claim on the guarantee deposit of the merchant is open",
)
_OFFLINE = {
    CaseState.OFFLINE_REFUND_CONFIRM: (
        "商家称已线下退款 {}，等待买家确认到账",
        "{} was given back outside the provider, as is stated; the buyer has to confirm it",
    ),
    CaseState.MANUAL_REVIEW: (
        "商家称已线下退款 {}，买家未按期确认，由平台客服核实",
        "{} was given back outside the provider, as is stated; the buyer has not confirmed it in time, and an agent checks it",
    ),
    CaseState.DISPUTED: (
        "商家称已线下退款 {}，以维权结果为准",
        "{} was given back outside the provider, as is stated; the dispute decides about it",
    ),
}
_FREIGHT_OWED = (
    "商家另应报销退货运费 {}",
    "the merchant also owes {} that the buyer has paid for sending the goods back",
)
_FREIGHT_PAID = (
    "商家已报销退货运费 {}",
    "the merchant has also paid {} for sending the goods back",
)
_INSURED = (
    "运费险最多赔付退货运费 {}，由买家申请",
    "an insurance pays up to {} of the freight of the return, once the buyer claims it",
)
_LESS = ("换货差价 {} 将退还买家", "The replacement costs less: {} goes back")
_TO_HOLD = (
    "商品寄回前需担保 {}，由买家同意",
    "{} is to be held until the goods are back, once the buyer has agreed to that",
)
_HELD = ("商品寄回前担保 {}", "{} is held until the goods are back")
_CLAIMED = (
    "{} 不再退还：商品未寄回或未通过验收",
    "{} stays with the merchant, for units that did not come back or were refused",
)
_ONCE = ("，其中运费 {} 整单只退一次", "; of that, the freight of {} goes back once for the order")
_FEES = ("，已扣除买家承担的退货费用 {}", "; {} that the buyer bears of the return is deducted")
_TAKEN = (
    "，已扣除不再满足条件的优惠 {}",
    "; discounts of {} that the rest of the order does not earn any more are deducted",
)
_RETURNED = (
    "，其中 {} 为先前扣除的优惠返还",
    "; of that, {} gives back discounts that an earlier refund has taken",
)
_UNSENT = (CaseState.AWAIT_RESHIP, CaseState.MANUAL_REVIEW)
_INSTEAD = ("如买家改为退款，最多退款 {}", "If the buyer takes the money instead, up to {} goes back")
_AGREED = ("按约定退款 {}", "As agreed, {} goes back")
_DECIDED = ("如平台客服决定退款，最多退款 {}", "If an agent decides so, up to {} goes back")
_REJECTED = Label("申请已被拒绝，目前没有应退款项", "The request was rejected; as it stands, nothing is due to go back")
_MOST = ("如全部通过，最多退款 {}", "If all of it is granted, up to {} goes back")


def money(full: FullCase, context: CaseContext = NO_CONTEXT) -> Label:
    """How much goes back, and how certain that is."""
    owed, claimable = context.owed, context.claimable_minor
    known = [*_given_back(full), *([] if owed is None else [owed])]
    parts = known or [context.award or _pending(full, context.expected)]
    insured = amount(*_INSURED, claimable, full.case) if claimable else None
    besides = [each for each in (charge_back(full), _freight(full), insured) if each is not None]
    if besides:
        parts = [*(each for each in parts if each != _NOTHING), *besides]
    later = (each.en[:1].lower() + each.en[1:] for each in parts[1:])
    return Label("；".join(each.zh for each in parts), "; ".join([parts[0].en, *later]))


def _freight(full: FullCase) -> Label | None:
    """What the merchant pays of the freight of the return besides; None where it owes nothing of it."""
    found = full.return_freight
    if found is None or found.owed_at is None or not found.rest_minor:
        return None
    return (
        amount(*_FREIGHT_OWED, found.to_pay_minor, full.case)
        if found.paid_at is None
        else amount(*_FREIGHT_PAID, found.rest_minor, full.case)
    )


def _given_back(full: FullCase) -> list[Label]:
    """What the buyer has got; what is on its way besides follows it."""
    case, refund, found = full.case, full.refund, list[Label]()
    given = 0 if full.is_refunded else full.refunded_minor
    if full.is_refunded:
        found.append(amount(*_GONE_BACK, full.refunded_minor, case) if full.refunded_minor else NOTHING_DUE)
        if refund is not None and refund.state is RefundState.REQUESTED:
            found.append(amount(*_REFUNDS[refund.state], refund.rest_minor, case))
        elif refund is not None and refund.came_back_minor and case.state not in ENDED:
            found.append(_pending(full, None))
    elif given:
        found.append(amount(*_GONE_BACK, given, case))
    if refund is not None and refund.came_back_minor and case.state in ENDED:
        found.append(amount(*_OWED_BY_ORDER, refund.came_back_minor, case))
    if full.deposit.paid_minor:
        found.append(amount(*_FROM_DEPOSIT, full.deposit.paid_minor, case))
    if (
        not full.is_refunded
        and (given or full.deposit.paid_minor)
        and case.state not in ENDED
        and full.deposit.missing_minor
    ):
        found.append(_pending(full, None))
    return found


def _pending(full: FullCase, expected: RefundAmount | None) -> Label:
    """What is decided about money where nothing went back."""
    case, refund, stated, hold = full.case, full.refund, full.offline_refund, full.money_hold
    if stated is not None and is_stated_outside(full):
        return amount(*_OFFLINE[case.state], stated.amount_minor, case)
    if hold is not None and hold.claimed_minor is not None:
        return amount(*_CLAIMED, hold.claimed_minor, case)
    if refund is not None and full.cover is not None:
        return amount(*_COVERED, full.deposit.missing_minor, case)
    if refund is not None and case.state not in ENDED and not refund.amount.total_minor:
        return NOTHING_DUE
    if refund is not None and case.state not in ENDED:
        text = _CAME_BACK if refund.came_back_minor == full.deposit.missing_minor > 0 else _REFUNDS[refund.state]
        return amount(*text, full.deposit.missing_minor, case)
    asked = charged(full)
    if asked is not None:
        return asked
    if case.close_cause is CloseCause.ORDER_CANCELLED and not TYPES[case.type].is_question:
        return _WITH_ORDER
    return _NOTHING if case.state in ENDED else _expected(full, expected)


def _expected(full: FullCase, expected: RefundAmount | None) -> Label:
    """What the case gives back or holds, as far as that is known before anything is decided."""
    case, hold = full.case, full.money_hold
    if lacks_replacement(full):
        return _granted(full, expected)
    if hold is not None and hold.is_open:
        return amount(*_HELD, hold.amount_minor, case)
    if case.state is CaseState.REJECTED and money_outcome(case) is Money.REFUND:
        return _REJECTED
    if not full.is_hold_agreed and (case.state, CaseAction.AGREE_HOLD) in lifecycle.of(case).transitions:
        return amount(*_TO_HOLD, case.requested_minor, case)
    if full.replacement is not None and full.replacement.refund_offered_at is not None and case.state in _UNSENT:
        return _at_most(full, *(_INSTEAD if case.state is CaseState.AWAIT_RESHIP else _DECIDED), expected)
    if case.difference_minor:
        return amount(*(_LESS if case.difference_minor < 0 else MORE), abs(case.difference_minor), case)
    if money_outcome(case) is not Money.REFUND:
        return _NOTHING
    if case.agreed_minor is not None:
        return amount(*_AGREED, case.agreed_minor, case)
    return _granted(full, expected)


def _granted(full: FullCase, expected: RefundAmount | None) -> Label:
    """The most that goes back, and whether an agent or the reviewers decide."""
    return _at_most(full, *(_DECIDED if is_decided_by_agent(full) else _MOST), expected)


def _at_most(full: FullCase, zh: str, en: str, expected: RefundAmount | None) -> Label:
    """What goes back at most. Other open cases of the order show its freight, too, which the last of them carries."""
    case = full.case
    due = expected or RefundAmount(case.requested_minor, case.shipping_refund_minor)
    fees, unearned = due.restocking_minor + due.return_freight_minor, sum(each.amount_minor for each in due.unearned)
    parts = [amount(zh, en, due.total_minor, case)]
    if due.freight_minor:
        parts.append(amount(*_ONCE, due.freight_minor, case))
    if fees:
        parts.append(amount(*_FEES, fees, case))
    if unearned:
        parts.append(amount(*(_TAKEN if unearned > 0 else _RETURNED), abs(unearned), case))
    return Label("".join(each.zh for each in parts), "".join(each.en for each in parts))
