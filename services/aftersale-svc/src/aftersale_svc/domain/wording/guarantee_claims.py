"""Claims on a guarantee in sentences."""

from collections.abc import Mapping

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeKind, GuaranteeRefusal, GuaranteeState
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.wording.claims import ClaimWords

GUARANTEE_KINDS: Mapping[GuaranteeKind, Label] = {
    GuaranteeKind.FREIGHT_INSURANCE: Label("运费险赔付退货运费", "The insurance pays the freight of the return"),
    GuaranteeKind.MERCHANT_DEPOSIT: Label("保证金赔付未成功的退款", "The merchant's deposit pays a refund that failed"),
}
CLAIM_FREIGHT = Label("申请运费险赔付退货运费", "claim the freight of the return from its insurance")
GUARANTEE_STATES: Mapping[GuaranteeState, Label] = {
    GuaranteeState.MERCHANT_REVIEW: Label("等待商家确认", "The merchant has to agree or object"),
    GuaranteeState.PLATFORM_REVIEW: Label("平台审核中", "An agent of the platform has to decide"),
    GuaranteeState.AWAIT_EVIDENCE: Label("等待买家补充凭证", "The buyer has to submit evidence"),
    GuaranteeState.PAYING: Label("已同意赔付，等待付款", "It is owed, and has to be paid"),
    GuaranteeState.PAID: Label("已赔付", "Paid"),
    GuaranteeState.NOTHING_OWED: Label("无需赔付", "Nothing is owed"),
    GuaranteeState.FAILED: Label("赔付失败", "The payment failed"),
    GuaranteeState.CANCELLED: Label("已撤销", "Cancelled"),
}
GUARANTEE_ACTIONS: Mapping[GuaranteeAction, Label] = {
    GuaranteeAction.AGREE: Label("同意赔付", "agree to the payment"),
    GuaranteeAction.OBJECT: Label("提出异议", "object"),
    GuaranteeAction.REQUEST_EVIDENCE: Label("要求补充凭证", "ask for evidence"),
    GuaranteeAction.SUBMIT_EVIDENCE: Label("提交凭证", "submit evidence"),
    GuaranteeAction.APPROVE: Label("批准赔付", "approve the payment"),
    GuaranteeAction.DECLINE: Label("不予赔付", "decide that nothing is owed"),
    GuaranteeAction.RECORD_PAYMENT: Label("登记付款", "record the payment"),
    GuaranteeAction.RECORD_FAILURE: Label("登记付款失败", "record that the payment failed"),
    GuaranteeAction.CANCEL: Label("撤销", "withdraw the claim"),
    GuaranteeAction.ESCALATE: Label("逾期处理", "go on after the deadline"),
}
GUARANTEE_EFFECTS: Mapping[str, Label] = {
    "guarantee_merchant_silent": Label("视为商家未回应，由平台处理", "an agent decides without the merchant"),
    "guarantee_late": Label(
        "登记平台逾期，并重新计时", "it is recorded that the platform is late, and its time begins again"
    ),
    "guarantee_without_evidence": Label("平台按现有凭证处理", "an agent decides without more evidence"),
}
GUARANTEE_WHY_NOT: Mapping[str, Label] = {
    "operator_only": Label(
        "只有平台客服或管理员可以操作", "only customer service or an administrator of the platform may"
    ),
    "claimants_only": Label("只有买家或平台客服可以操作", "only the buyer or an agent may"),
    "second_person_needed": Label("审批人不能登记付款", "who approved it cannot record its payment"),
    "evidence_asked_too_often": Label("举证要求次数已用完", "evidence was asked for as often as it may be"),
}


GUARANTEE_REFUSALS: Mapping[GuaranteeRefusal, Label] = {
    GuaranteeRefusal.NOT_COVERED: Label("不在保障范围内", "the guarantee does not cover it"),
    GuaranteeRefusal.EVIDENCE_INSUFFICIENT: Label("凭证不足", "the evidence is not sufficient"),
    GuaranteeRefusal.PAID_OTHERWISE: Label("已通过其他方式赔付", "it was paid otherwise"),
    GuaranteeRefusal.UNTRUE: Label("所述情况不属实", "what was stated is not true"),
}


def _money(claim: GuaranteeClaim) -> Label:
    if claim.refusal is not None:
        why = GUARANTEE_REFUSALS[claim.refusal]
        return Label(f"不予赔付：{why.zh}", f"Nothing is owed, because {why.en}")
    if claim.owed_minor is None:
        claimed = written(claim.claimed_minor, claim.currency)
        return Label(f"申请赔付 {claimed}", f"{claimed} is claimed")
    owed = written(claim.owed_minor, claim.currency)
    if claim.state is GuaranteeState.PAID:
        return Label(f"已赔付 {owed}", f"{owed} was paid")
    if claim.state is GuaranteeState.PAYING:
        return Label(f"将赔付 {owed}", f"{owed} is to be paid")
    return Label("未赔付", "Nothing was paid")


GUARANTEE_WORDS = ClaimWords(
    GUARANTEE,
    states=GUARANTEE_STATES,
    actions=GUARANTEE_ACTIONS,
    effects=GUARANTEE_EFFECTS,
    why_not=GUARANTEE_WHY_NOT,
    what=lambda claim: GUARANTEE_KINDS[claim.kind],
    money=_money,
)
"""What people read about a claim on a guarantee."""
