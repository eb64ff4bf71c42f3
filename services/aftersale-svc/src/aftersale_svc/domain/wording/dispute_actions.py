"""How the actions of disputes are called, and why one is not open to somebody."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.wording.actions import WHY_NOT

_A = DisputeAction
DISPUTE_ACTION_NAMES: Mapping[DisputeAction, Label] = {
    _A.ANSWER: Label("答复投诉", "answer the complaint"),
    _A.ADD_EVIDENCE: Label("补充凭证", "add evidence"),
    _A.ESCALATE: Label("转交平台", "pass the dispute on to the platform"),
    _A.DECIDE: Label("作出裁决", "give a verdict"),
    _A.EXECUTE: Label("执行裁决", "execute the verdict"),
    _A.WITHDRAW: Label("撤回维权", "withdraw the complaint"),
    _A.TAKE: Label("接手维权单", "take the dispute"),
    _A.ASSIGN: Label("指派仲裁员", "assign an arbitrator"),
    _A.RELEASE: Label("退回队列", "give the dispute back to the queue"),
    _A.REQUEST_EVIDENCE: Label("要求补充凭证", "ask for evidence"),
    _A.SUBMIT_EVIDENCE: Label("提交凭证", "submit the evidence that was asked for"),
    _A.END_ROUND: Label("结束举证", "end the time for evidence"),
    _A.PROPOSE: Label("提出和解方案", "propose a settlement"),
    _A.DECLINE_PROPOSAL: Label("拒绝和解方案", "decline the proposed settlement"),
    _A.SETTLE: Label("接受和解方案", "accept the proposed settlement"),
    _A.ANNOUNCE: Label("宣布裁决", "announce a verdict"),
    _A.FINALIZE: Label("裁决生效", "make the verdict final"),
    _A.FOLLOW_CASE: Label("随售后单变更处理方", "follow the case while the verdict is paid"),
    _A.APPEAL: Label("对裁决提出申诉", "appeal against the verdict"),
    _A.CONFIRM_VERDICT: Label("维持原裁决", "confirm the verdict"),
    _A.REPLACE_VERDICT: Label("改判", "give another verdict"),
    _A.ORDER_TEST: Label("安排检测", "order a test"),
    _A.SEND_SAMPLE: Label("寄送检测样品", "send the sample"),
    _A.CORRECT_SAMPLE_WAYBILL: Label("更正样品运单号", "correct the waybill of the sample"),
    _A.RECEIVE_SAMPLE: Label("确认收到样品", "confirm that the sample has arrived"),
    _A.LOSE_SAMPLE: Label("登记样品丢失", "record that the sample was lost"),
    _A.REPORT_TEST: Label("提交检测报告", "report about the test"),
    _A.CANCEL_TEST: Label("取消检测", "cancel the test"),
    _A.END_TEST: Label("结束检测", "end the test"),
    _A.RECORD_REPAYMENT: Label("登记买家返还款项", "record that the buyer has paid money back"),
    _A.WRITE_OFF: Label("不再追回款项", "write off what the buyer owes"),
}
DISPUTE_WHY_NOT: Mapping[str, Label] = {
    **{
        code: WHY_NOT[code]
        for code in (
            *("buyer_only", "merchant_only", "parties_only", "arbitrator_only", "dispatchers_only", "system_only"),
            *("deadline_passed", "verdict_in_execution"),
        )
    },
    "party_cannot_decide": Label("争议一方不能审理", "a party of the dispute does not decide it"),
    "already_assigned": Label("已有仲裁员接手", "an arbitrator has the dispute already"),
    "assigned_to_another": Label("由其他仲裁员处理", "another arbitrator has the dispute"),
    "not_assigned_to_you": Label("不由您处理", "you do not have the dispute"),
    "outcome_of_decide": Label("由裁决的生效方式决定", "it follows from when the verdict takes effect"),
    "evidence_not_asked": Label("当前没有要求您提交凭证，或已提交", "no evidence is asked of you, or it was submitted"),
    "sample_of_other_side": Label("样品由对方寄送", "the other side sends the sample"),
    "no_report_awaited": Label("没有等待提交的检测报告", "no report is awaited"),
    "test_open": Label("检测尚未结束", "a test is open"),
    "no_open_proposal": Label("没有待答复的和解方案", "no settlement is proposed"),
    "opened_by_platform": Label("该维权由平台发起", "the platform has opened the dispute"),
    "own_proposal": Label("方案由您提出，等待对方答复", "you have proposed it, and the other side answers"),
    "verdict_not_appealable": Label("该裁决不能申诉", "there is no appeal against this verdict"),
    "already_appealed": Label("您已申诉过一次", "you have appealed already"),
    "verdict_final": Label("裁决为终局裁决", "the verdict is final"),
    "decided_first": Label("您已对该售后单作出过决定或裁决", "you have decided about the case before"),
    "appeal_open": Label("申诉审理中", "there is an appeal against the verdict"),
    "no_debt": Label("买家没有需要返还的款项", "the buyer owes nothing"),
    "no_appeal_open": Label("没有待审理的申诉", "there is no appeal"),
}
"""By the reason that `allowed_actions` of a dispute shows."""
