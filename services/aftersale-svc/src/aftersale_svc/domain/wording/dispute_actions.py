"""How the actions of disputes are called."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.model import DisputeAction

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
    _A.APPEAL: Label("对裁决提出申诉", "appeal against the verdict"),
    _A.CONFIRM_VERDICT: Label("维持原裁决", "confirm the verdict"),
    _A.REPLACE_VERDICT: Label("改判", "give another verdict"),
    _A.ORDER_TEST: Label("安排检测", "order a test"),
    _A.SEND_SAMPLE: Label("寄送检测样品", "send the sample"),
    _A.RECEIVE_SAMPLE: Label("确认收到样品", "confirm that the sample has arrived"),
    _A.LOSE_SAMPLE: Label("登记样品丢失", "record that the sample was lost"),
    _A.REPORT_TEST: Label("提交检测报告", "report about the test"),
    _A.CANCEL_TEST: Label("取消检测", "cancel the test"),
    _A.END_TEST: Label("结束检测", "end the test"),
}
