"""How the states of disputes and the remedies of verdicts are called, and what is said about an appeal and about the money of a verdict."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import written
from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.decisions.model import Decision
from aftersale_svc.domain.disputes.appeals import Appeal, Entry, EntryDirection
from aftersale_svc.domain.disputes.debts import DebtEntry, SettledAs
from aftersale_svc.domain.disputes.model import Dispute, DisputeState, Remedy
from aftersale_svc.domain.disputes.remedies import WITH_MONEY

DISPUTE_STATES: Mapping[str, Label] = {
    DisputeState.AWAIT_MERCHANT_ANSWER: Label("等待商家答复投诉", "the merchant has to answer the complaint"),
    DisputeState.PLATFORM_REVIEW: Label("平台审理中", "the platform has to decide the dispute"),
    DisputeState.AWAIT_EVIDENCE: Label("等待补充凭证", "the evidence that was asked for has to be submitted"),
    DisputeState.EXECUTING: Label("裁决执行中", "the verdict is being executed"),
    DisputeState.EXECUTED: Label("裁决已执行", "the verdict was executed"),
    DisputeState.SETTLED: Label("双方已和解", "both sides have settled the dispute"),
    DisputeState.WITHDRAWN: Label("维权已撤回", "the complaint was withdrawn"),
    DisputeState.APPEAL_WINDOW: Label("裁决申诉期", "the verdict waits for the time to appeal"),
    DisputeState.APPEALED: Label("申诉审理中", "an appeal against the verdict has to be decided"),
    DisputeState.AWAIT_SAMPLE: Label("等待寄送检测样品", "the sample for a test has to be sent"),
    DisputeState.SAMPLE_SENT: Label("检测样品寄送途中", "the sample is on its way to the testing body"),
    DisputeState.AT_LAB: Label("检测机构检测中", "the testing body examines the sample"),
}
REMEDIES: Mapping[Remedy, Label] = {
    Remedy.REFUND: Label("退款", "a refund"),
    Remedy.NONE: Label("驳回", "nothing"),
    Remedy.RESUME: Label("恢复处理", "that the case goes on"),
    Remedy.RETURN: Label("退货退款", "that the goods come back for their money"),
    Remedy.EXCHANGE: Label("商家发货", "that the merchant sends goods"),
    Remedy.COMPENSATION: Label("补偿，商品留用", "money, and the goods stay with the buyer"),
}


def appeal(
    dispute: Dispute, until: datetime | None, appeals: Sequence[Appeal], at: datetime, zone: ZoneInfo
) -> Label | None:
    """What is said at this time about an appeal against the verdict of a dispute, which was given before and may be appealed against
    until `until`; None where there is nothing to say."""
    if any(each.appealed_at <= at and (each.decided_at is None or each.decided_at > at) for each in appeals):
        return Label("已有申诉，等待另一名仲裁员裁定", "There is an appeal, which another arbitrator has to decide")
    is_final = dispute.final_at is not None and dispute.final_at <= at
    if until is None or until <= at or is_final:
        return None
    time = in_zone(until, zone)
    return Label(
        f"买卖双方可在 {time} 前对裁决申诉一次", f"Each side may appeal against the verdict once, until {time}"
    )


def award(verdict: Decision, stop: Stop | None, zone: ZoneInfo) -> Label | None:
    """What a verdict awards that still stops its case, since it waits for appeals; None where none waits, or where it awards no
    money and leaves that open."""
    if stop is None:
        return None
    remedy = Remedy(verdict.outcome)
    if remedy not in (*WITH_MONEY, Remedy.NONE):
        return None
    if stop.state != DisputeState.APPEAL_WINDOW:
        when = Label("申诉裁定后执行", "unless the verdict about the appeal changes that")
    else:
        time = "…" if stop.deadline_at is None else in_zone(stop.deadline_at, zone)
        when = Label(f"如无申诉，于 {time} 执行", f"on {time}, unless there is an appeal")
    if remedy is Remedy.NONE:
        return Label(f"裁决不退款，{when.zh}", f"The verdict awards no money: the case is closed {when.en}")
    text = written(verdict.facts["awarded_minor"], verdict.facts["currency"])
    return Label(f"裁决退款 {text}，{when.zh}", f"The verdict awards {text}, which goes back {when.en}")


def owed(entries: Sequence[Entry], debts: Sequence[DebtEntry], at: datetime) -> Label | None:
    """What the buyer owes at this time by a verdict that was replaced after it was executed, and what of it was settled; None where that is
    nothing."""
    for each in entries:
        if each.direction is EntryDirection.BUYER_OWES and each.recorded_at <= at:
            text = written(each.amount_minor, each.currency)
            zh, en = _settled([debt for debt in debts if debt.recorded_at <= at], each.currency)
            return Label(
                f"裁决经申诉改判，其中 {text} 应由买家返还{zh}",
                f"the verdict was replaced after an appeal, and the buyer owes {text} of that{en}",
            )
    return None


def left_of_debt(entries: Sequence[Entry], debts: Sequence[DebtEntry], at: datetime) -> int:
    """What of that was not settled at this time, in minor units."""
    owed_minor = sum(
        each.amount_minor for each in entries if each.direction is EntryDirection.BUYER_OWES and each.recorded_at <= at
    )
    return owed_minor - sum(each.amount_minor for each in debts if each.recorded_at <= at)


def _settled(debts: Sequence[DebtEntry], currency: str) -> tuple[str, str]:
    sums = {kind: sum(each.amount_minor for each in debts if each.settled_as is kind) for kind in SettledAs}
    words = {SettledAs.REPAID: ("已返还", "paid back"), SettledAs.WRITTEN_OFF: ("不再追回", "written off")}
    parts = [(written(minor, currency), *words[kind]) for kind, minor in sums.items() if minor]
    if not parts:
        return "", ""
    return (
        f"（{'，'.join(f'{zh} {text}' for text, zh, _ in parts)}）",
        f" ({', '.join(f'{text} {en}' for text, _, en in parts)})",
    )
