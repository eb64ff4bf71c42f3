"""How the actions of cases are called, why one is not open to somebody, and how a step of the timeline reads."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reasons import Label

ACTION_NAMES: Mapping[CaseAction, Label] = {
    CaseAction.CANCEL: Label("撤销申请", "withdraw the request"),
    CaseAction.APPROVE: Label("同意申请", "approve the request"),
    CaseAction.REJECT: Label("拒绝申请", "reject the request"),
    CaseAction.ESCALATE: Label("转交平台客服", "let an agent decide"),
    CaseAction.SHIP: Label("填写退货运单", "name the waybill of the returned goods"),
    CaseAction.SET_RETURN_ADDRESS: Label("填写退货地址", "give the return address"),
    CaseAction.CORRECT_WAYBILL: Label("更正运单号", "correct the waybill"),
    CaseAction.RECEIVE: Label("确认收到退货", "confirm that the goods have arrived"),
    CaseAction.INSPECT: Label("验收退货", "inspect the goods"),
    CaseAction.REFUSE: Label("拒收退货", "refuse the goods"),
    CaseAction.REFUND: Label("发起退款", "order the refund"),
    CaseAction.ACCEPT: Label("接受拒绝结果", "accept the rejection"),
    CaseAction.CLOSE: Label("关闭售后单", "close the case"),
    CaseAction.COMPLETE: Label("完成售后", "complete the case"),
    CaseAction.FAIL: Label("退款失败", "record that the refund failed"),
    CaseAction.FREEZE: Label("申请维权", "stop the case by a dispute"),
    CaseAction.DISPUTE: Label("直接发起维权", "open a dispute about the case"),
    CaseAction.RESUME: Label("恢复处理", "let the case go on"),
    CaseAction.AWARD: Label("裁定退款", "award a refund"),
    CaseAction.DISMISS: Label("驳回", "dismiss the complaint"),
    CaseAction.END_WITH_ORDER: Label("随订单关闭", "end the case with its order"),
}

WHY_NOT: Mapping[str, Label] = {
    "buyer_only": Label("只有买家可以操作", "only the buyer may"),
    "merchant_only": Label("只有商家可以操作", "only the merchant may"),
    "parties_only": Label("只有买卖双方可以操作", "only the buyer and the merchant may"),
    "agent_only": Label("只有平台客服可以操作", "only an agent of the platform may"),
    "arbitrator_only": Label("只有仲裁员可以操作", "only an arbitrator may"),
    "system_only": Label("由系统自动处理", "the system does it"),
    "outcome_of_dispute": Label("由维权结果决定", "the dispute decides it"),
    "outcome_of_inspect": Label("由验收结果决定", "the inspection decides it"),
    "refund_already_decided": Label("已决定退款", "a refund was decided already"),
    "return_already_shipped": Label("商品已寄出", "the goods were sent already"),
    "return_already_scanned": Label("快递已揽收", "a courier has scanned the goods already"),
    "nothing_in_transit": Label("没有在途的退货", "no goods are on their way back"),
    "return_address_missing": Label("缺少退货地址", "there is no return address"),
    "order_cancelled": Label("订单已取消", "the order was cancelled"),
    "order_not_cancelled": Label("订单未取消", "the order was not cancelled"),
    "refund_in_flight": Label("退款处理中", "a refund is on its way"),
    "verdict_in_execution": Label("判决执行中", "a verdict is being executed"),
    "case_not_stalled": Label("售后单仍在正常处理中", "the case is being handled in time"),
    "frozen_by_dispute": Label("售后单因维权冻结", "a dispute stops the case"),
    "closed_for_good": Label("售后单已最终关闭", "the case was closed for good"),
    "dispute_window_passed": Label("已过维权期限", "the time to dispute it has passed"),
    "units_held_by_another_case": Label("商品已属于其他售后单", "another case is about these units by now"),
}
"""By the reason that `allowed_actions` shows. NOT_IN_THIS_STATE is left out: what a state does not have is not explained."""

ACTORS: Mapping[str, Label] = {
    "buyer": Label("买家", "The buyer"),
    "seller": Label("商家", "The merchant"),
    "agent": Label("平台客服", "An agent"),
    "arbitrator": Label("仲裁员", "An arbitrator"),
    "admin": Label("管理员", "An administrator"),
    "system": Label("系统", "The system"),
}

STEPS: Mapping[str, Label] = {
    "request": Label("{actor}提交了售后申请", "{actor} asked for after-sales service"),
    "cancel": Label("{actor}撤销了申请", "{actor} withdrew the request"),
    "approve": Label("{actor}同意了申请", "{actor} approved the request"),
    "reject": Label("{actor}拒绝了申请", "{actor} rejected the request"),
    "escalate": Label("{actor}转交平台处理", "{actor} passed it on to the platform"),
    "ship": Label("{actor}寄出了退货", "{actor} sent the goods back"),
    "set_return_address": Label("{actor}填写了退货地址", "{actor} gave the return address"),
    "correct_waybill": Label("{actor}更正了退货运单号", "{actor} corrected the waybill"),
    "scan": Label("快递首次扫描退货包裹", "The courier scanned the returned parcel for the first time"),
    "restage": Label("订单商品已发出，售后阶段随之更新", "The units were shipped, so the case is one in transit"),
    "receive": Label("退货已送达商家", "The goods arrived at the merchant"),
    "inspect": Label("{actor}验收了退货", "{actor} accepted returned goods"),
    "refuse": Label("{actor}验收后拒收退货", "{actor} refused the returned goods"),
    "refund": Label("{actor}发起了退款", "{actor} ordered the refund"),
    "accept": Label("{actor}接受了拒绝结果", "{actor} accepted the rejection"),
    "close": Label("{actor}关闭了售后单", "{actor} closed the case"),
    "complete": Label("退款成功，售后完成", "The money went back, and the case is completed"),
    "fail": Label("退款失败，转交平台客服", "The refund failed, and an agent has to decide"),
    "freeze": Label("维权开始，售后单冻结", "A dispute stopped the case"),
    "dispute": Label("{actor}发起维权", "{actor} opened a dispute"),
    "resume": Label("售后单恢复处理", "The case goes on"),
    "award": Label("仲裁裁定退款", "A refund was awarded"),
    "dismiss": Label("维权被驳回", "The complaint was dismissed"),
    "end_with_order": Label("订单已取消，售后单随之关闭", "The order was cancelled, and the case was closed with it"),
    "open": Label("{actor}发起维权", "{actor} opened a dispute"),
    "answer": Label("{actor}作出答复", "{actor} answered the complaint"),
    "add_evidence": Label("{actor}补充了凭证", "{actor} added evidence"),
    "decide": Label("{actor}作出裁决", "{actor} gave a verdict"),
    "execute": Label("裁决执行完毕", "The verdict was executed"),
    "withdraw": Label("{actor}撤回了维权", "{actor} withdrew the complaint"),
}
"""How a step reads, by its action; `{actor}` is one of ACTORS."""
