"""How the states of disputes are called, and what is said about an appeal."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.appeals import Appeal
from aftersale_svc.domain.disputes.model import Dispute, DisputeState

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
"""How far a dispute is."""


def appeal(dispute: Dispute, verdict_at: datetime, appeals: Sequence[Appeal], at: datetime) -> Label | None:
    """What is said at this time about an appeal against the verdict of a dispute, the first one of which was given at
    `verdict_at`; None where there is nothing to say."""
    if verdict_at > at:
        return None
    if any(each.appealed_at <= at and (each.decided_at is None or each.decided_at > at) for each in appeals):
        return Label("已有申诉，等待另一名仲裁员裁定", "There is an appeal, which another arbitrator has to decide")
    until = dispute.deadline_at if dispute.state is DisputeState.APPEAL_WINDOW else dispute.appeal_until
    is_final = dispute.final_at is not None and dispute.final_at <= at
    if until is None or until <= at or is_final:
        return None
    time = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Label(
        f"买卖双方可在 {time} 前对裁决申诉一次", f"Each side may appeal against the verdict once, until {time}"
    )
