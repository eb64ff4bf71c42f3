"""How the types, the states and the deadlines of cases are called."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.reasons import Label

TYPE_NAMES: Mapping[CaseType, Label] = {
    CaseType.RETURN_REFUND: Label("退货退款", "Return and refund"),
    CaseType.REFUND_ONLY: Label("仅退款", "Refund without return"),
    CaseType.CANCEL_UNSHIPPED: Label("未发货取消", "Cancellation before shipment"),
    CaseType.CONSULT: Label("咨询", "Question"),
    CaseType.RESHIP_PARTS: Label("补寄", "Sending what is missing"),
    CaseType.PRICE_ADJUST: Label("价保补差", "Price adjustment"),
    CaseType.REFUSED_DELIVERY: Label("拒收退款", "Refused delivery"),
    CaseType.EXCHANGE: Label("换货", "Exchange"),
    CaseType.REPAIR: Label("维修", "Repair"),
    CaseType.FAST_EXCHANGE: Label("先换后退", "Exchange, replacement first"),
}

STATE_NAMES: Mapping[CaseState, Label] = {
    CaseState.PENDING_REVIEW: Label("等待商家审核", "The merchant has to review the request"),
    CaseState.MANUAL_REVIEW: Label("平台客服审核中", "An agent of the platform has to decide"),
    CaseState.OFFER_PENDING: Label("等待买家答复处理方案", "The buyer has to answer an offer"),
    CaseState.AWAIT_SUPPLEMENT: Label("等待买家补充材料", "The buyer has to supply what was asked for"),
    CaseState.AWAIT_BUYER_SHIPMENT: Label("等待买家寄回商品", "The goods have to be sent back"),
    CaseState.AWAIT_PICKUP: Label(
        "已预约上门取件，等待快递取件", "A pickup is booked; the courier has to collect the goods"
    ),
    CaseState.RETURN_IN_TRANSIT: Label("商品退回途中", "The goods are on their way back"),
    CaseState.AWAIT_INSPECTION: Label("等待商家验收退回商品", "The merchant has to inspect the returned goods"),
    CaseState.REJECTED: Label("申请已被拒绝", "The request was rejected"),
    CaseState.AWAIT_ANSWER: Label("等待商家答复", "The merchant has to answer the question"),
    CaseState.ANSWERED: Label("已答复", "The question was answered"),
    CaseState.REFUNDING: Label("退款处理中", "The refund is being paid"),
    CaseState.AWAIT_RESHIP: Label("等待商家发货", "The merchant has to send the goods"),
    CaseState.RESHIP_IN_TRANSIT: Label(
        "商家已发货，等待买家收货", "The goods are on their way to the buyer, or have arrived"
    ),
    CaseState.IN_REPAIR: Label("商家维修中", "The merchant has to repair the goods"),
    CaseState.QUOTE_PENDING: Label(
        "等待买家确认维修报价并付款", "The buyer has to agree to the price of the repair, and to pay it"
    ),
    CaseState.REMEDY_PENDING: Label("无法维修，等待买家选择", "The goods cannot be repaired; the buyer has to choose"),
    CaseState.OFFLINE_REFUND_CONFIRM: Label(
        "等待买家确认线下退款到账",
        "The buyer has to confirm that the money given back outside the provider has arrived",
    ),
    CaseState.DISPUTED: Label("维权处理中，售后单已冻结", "Stopped by a dispute, which the platform decides"),
    CaseState.COMPLETED: Label("售后已完成", "Completed"),
    CaseState.CLOSED: Label("售后已关闭", "Closed"),
    CaseState.CANCELLED: Label("申请已撤销", "The request was withdrawn"),
}

TURN_NAMES: Mapping[str, Label] = {
    "buyer": Label("买家", "the buyer"),
    "merchant": Label("商家", "the merchant"),
    "agent": Label("平台客服", "an agent of the platform"),
    "parties": Label("买卖双方", "the buyer and the merchant"),
    "platform": Label("平台", "the platform"),
    "courier": Label("快递", "the courier"),
    "testing_body": Label("检测机构", "the testing body"),
    "system": Label("支付渠道", "the payment provider"),
    "nobody": Label("无需处理", "nobody"),
}

EFFECTS: Mapping[str, Label] = {
    "approved_by_timeout": Label("系统自动同意申请", "the request is approved"),
    "escalated_agent_late": Label("系统再次提醒平台客服", "the agents are reminded"),
    "reviewed_without_supplement": Label(
        "不再等待补充材料，继续审核", "the request is reviewed without the supplement"
    ),
    "offer_lapses": Label("方案失效，重新审核申请", "the offer lapses, and the request is reviewed again"),
    "closed_rejected": Label("售后单关闭", "the case is closed as rejected"),
    "closed_buyer_late": Label("售后单因买家逾期未寄回而关闭", "the case is closed, because nothing was sent back"),
    "pickup_missed": Label(
        "视为未取件，买家可重新预约或自行寄回",
        "the pickup counts as missed, and the buyer may book another one or send the goods",
    ),
    "escalated_address_missing": Label(
        "因缺少退货地址转交平台客服", "an agent takes over, because there is no return address"
    ),
    "escalated_not_delivered": Label(
        "因退货未送达转交平台客服", "an agent takes over, because the goods have not arrived"
    ),
    "accepted_by_timeout": Label("视为验收通过并退款", "the goods count as accepted, and the money goes back"),
    "escalated_inspection_late": Label("因商家未验收转交平台客服", "an agent takes over, because nobody has inspected"),
    "escalated_review_late": Label("因商家未处理转交平台客服", "an agent takes over, because nobody has decided"),
    "escalated_answer_late": Label("因商家未答复转交平台客服", "an agent takes over, because there is no answer"),
    "refunded_unless_agreed": Label(
        "视为不同意补付，款项退回", "the money goes back, because the price was not agreed to"
    ),
    "refunded_unless_paid": Label("未补付，款项退回", "the money goes back, because the difference was not paid"),
    "completed_by_timeout": Label("售后单视为完成", "the case counts as completed"),
    "goods_due_by_timeout": Label(
        "视为已收到换货商品，买家须寄回原商品",
        "the replacement counts as received, and the buyer has to send the goods",
    ),
    "credit_refunded_by_timeout": Label(
        "视为已收到换货商品，差价退还买家", "the replacement counts as received, and the difference goes back"
    ),
    "refund_offered": Label("买家可以改为退款", "the buyer may take the money instead"),
    "escalated_replacement_late": Label("因商家未发货转交平台客服", "an agent takes over, because nothing was sent"),
    "escalated_replacement_not_delivered": Label(
        "因商品未送达转交平台客服", "an agent takes over, because the goods have not arrived"
    ),
    "escalated_repair_late": Label("因商家未完成维修转交平台客服", "an agent takes over, because nothing was repaired"),
    "goods_back_unless_agreed": Label(
        "视为不同意报价，商品原样寄回", "the goods go back as they are, because the price was not agreed to"
    ),
    "goods_back_unless_paid": Label(
        "未付款，商品原样寄回", "the goods go back as they are, because the repair was not paid"
    ),
    "payment_confirmed_by_timeout": Label("视为付款已到账", "the payment counts as arrived"),
    "escalated_offline_refund": Label(
        "因买家未答复转交平台客服核实退款", "an agent takes over, because the buyer has not answered"
    ),
    "goods_back_unrepaired": Label("商品原样寄回", "the goods go back as they are"),
    "closed_hold_not_agreed": Label(
        "售后单因买家未同意款项担保而关闭", "the case is closed, because the buyer has not agreed to the hold"
    ),
    "escalated_goods_not_returned": Label(
        "因商品未寄回转交平台客服", "an agent takes over, because the goods were not sent back"
    ),
    "escalated_refund_late": Label("系统提醒平台核对退款", "the platform is reminded to check the refund"),
}
"""What happens at a deadline, by the `effect` of its timeout."""
