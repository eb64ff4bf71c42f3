"""How a step of the timeline reads."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.reasons import Label

ACTORS: Mapping[str, Label] = {
    "buyer": Label("买家", "The buyer"),
    "seller": Label("商家", "The merchant"),
    "agent": Label("平台客服", "An agent"),
    "arbitrator": Label("仲裁员", "An arbitrator"),
    "admin": Label("管理员", "An administrator"),
    "system": Label("系统", "The system"),
}

FOR_CALLER = Label("平台客服代买家", "An agent, for the buyer,")
"""Who does what a buyer has called for."""
STEPS: Mapping[str, Label] = {
    "extend_deadline": Label("{actor}延长了期限", "{actor} gave more time"),
    "move_deadline": Label("日历有更新，期限随之顺延", "The calendar has changed, and the deadline was moved with it"),
    "request": Label("{actor}提交了售后申请", "{actor} asked for after-sales service"),
    "cancel": Label("{actor}撤销了申请", "{actor} withdrew the request"),
    "approve": Label("{actor}同意了申请", "{actor} approved the request"),
    "reject": Label("{actor}拒绝了申请", "{actor} rejected the request"),
    "escalate": Label("{actor}转交平台处理", "{actor} passed it on to the platform"),
    "offer": Label("{actor}提出了处理方案", "{actor} made an offer"),
    "accept_offer": Label("{actor}接受了方案", "{actor} accepted the offer"),
    "decline_offer": Label("{actor}没有接受方案", "{actor} declined the offer"),
    "counter_offer": Label("{actor}提出了不同的方案", "{actor} made a counter-offer"),
    "withdraw_offer": Label("{actor}撤回了方案", "{actor} took the offer back"),
    "lapse_offer": Label("买家未在期限内答复，方案失效", "The buyer did not answer in time, and the offer lapsed"),
    "ship": Label("{actor}寄出了退货", "{actor} sent the goods back"),
    "set_return_address": Label("{actor}填写了退货地址", "{actor} gave the return address"),
    "repair_again": Label(
        "{actor}要求再次维修，等待买家寄回商品", "{actor} had the goods repaired once more; the buyer sends them back"
    ),
    "book_pickup": Label("{actor}预约了上门取件", "{actor} booked a pickup"),
    "move_pickup": Label("{actor}更改了取件时间", "{actor} moved the pickup to another time"),
    "cancel_pickup": Label("{actor}取消了取件", "{actor} cancelled the pickup"),
    "give_pickup_waybill": Label("{actor}填写了取件运单", "{actor} named the waybill of the pickup"),
    "collect_pickup": Label("快递已取件", "The courier has collected the goods"),
    "miss_pickup": Label("快递未取件，可重新预约", "The goods were not collected, and another pickup may be booked"),
    "report_absence": Label(
        "{actor}反馈取件时买家不在", "{actor} reported that the buyer was not there for the pickup"
    ),
    "refuse_pickup": Label(
        "快递拒绝上门取件，可重新预约或自行寄回",
        "The courier refused to collect the goods; another pickup may be booked, or the goods sent otherwise",
    ),
    "refuse_pickup_move": Label(
        "快递不能在更改后的时间取件，仍可能按原时间上门，可重新预约或自行寄回",
        "The courier does not collect the goods at the other time, and may still come at the time before; another pickup may be booked, or the goods sent otherwise",
    ),
    "correct_waybill": Label("{actor}更正了退货运单号", "{actor} corrected the waybill"),
    "scan": Label("快递首次扫描退货包裹", "The courier scanned the returned parcel for the first time"),
    "reshare": Label(
        "价保退款未支付，本售后单的可退金额随之增加",
        "An adjustment of the price was not paid, and this case is about more money",
    ),
    "update_freight": Label(
        "同一订单的其他售后单有变化，可退运费随之更新",
        "Another case of the order has changed, and with it the freight that this one shows",
    ),
    "owe_back": Label(
        "核对售后单：买家已支付的款项应予退还",
        "The case was checked: what the buyer has paid in it is owed back",
    ),
    "owe_surcharge": Label(
        "换来的商品已退回并退款：买家另付的差价应予退还",
        "The replacement was returned and refunded: what the buyer has paid on top is owed back",
    ),
    "restage": Label("订单商品已发出，售后阶段随之更新", "The units were shipped, so the case is one in transit"),
    "receive": Label("退货已送达商家", "The goods arrived at the merchant"),
    "record_arrival": Label(
        "退货到达商家，售后单状态不变", "Goods arrived at the merchant, and the case stays as it was"
    ),
    "report_return_missing": Label(
        "{actor}反馈未收到退货，转交平台客服",
        "{actor} reported that the returned goods are not there, and an agent has to decide",
    ),
    "inspect": Label("{actor}验收了退货", "{actor} accepted returned goods"),
    "refuse_untracked": Label(
        "{actor}称收到的退货未通过验收（无退货运单），转交平台客服",
        "{actor} refused goods that it states to have, of which no waybill is known, and an agent has to decide",
    ),
    "refuse": Label("{actor}验收后拒收退货", "{actor} refused the returned goods"),
    "refund": Label("{actor}发起了退款", "{actor} ordered the refund"),
    "accept": Label("{actor}接受了拒绝结果", "{actor} accepted the rejection"),
    "close": Label("{actor}关闭了售后单", "{actor} closed the case"),
    "complete": Label("退款处理完毕，售后完成", "The refund was settled, and the case is completed"),
    "fail": Label("退款失败，转交平台客服", "The refund failed, and an agent has to decide"),
    "reverse_refund": Label(
        "退款到账后被退回商家，仍欠买家",
        "The refund was paid, and came back to the merchant; it is still owed to the buyer",
    ),
    "freeze": Label("维权开始，售后单冻结", "A dispute stopped the case"),
    "dispute": Label("{actor}发起维权", "{actor} opened a dispute"),
    "resume": Label("售后单恢复处理", "The case goes on"),
    "award": Label("仲裁裁定退款", "A refund was awarded"),
    "dismiss": Label("维权被驳回", "The complaint was dismissed"),
    "order_return": Label("仲裁裁定退货", "It was ordered that the goods are sent back"),
    "order_replacement": Label("仲裁裁定商家发货", "It was ordered that the merchant sends goods"),
    "end_with_order": Label("订单已取消，售后单随之关闭", "The order was cancelled, and the case was closed with it"),
    "end_with_units": Label(
        "商品已在订单中取消，售后单随之关闭",
        "Units of it were cancelled in the order, and the case was closed with that",
    ),
    "ship_replacement": Label("{actor}寄出了商品", "{actor} sent the goods"),
    "correct_replacement_waybill": Label("{actor}更正了发货运单号", "{actor} corrected the waybill of the goods sent"),
    "scan_replacement": Label("快递首次扫描商家寄出的包裹", "The courier scanned the goods sent for the first time"),
    "deliver_replacement": Label("商品已送达买家", "The goods arrived at the buyer"),
    "confirm_replacement": Label("{actor}确认收货", "{actor} confirmed the receipt of the goods"),
    "report_anomaly": Label("{actor}反馈收货异常", "{actor} reported that something is wrong with the goods"),
    "no_stock": Label(
        "{actor}表示缺货，改为退款", "{actor} has nothing to send; a refund takes the place of the goods"
    ),
    "no_parts": Label("{actor}表示缺件无货，转交平台客服", "{actor} has no parts to send, and an agent has to decide"),
    "offer_refund": Label("商家未按期发货，买家可以改为退款", "The goods are late, and the buyer may take the money"),
    "take_refund": Label("{actor}改为退款", "{actor} chose a refund in place of the goods"),
    "reship": Label("{actor}要求商家重新发货", "{actor} had the merchant send the goods again"),
    "price_replacement": Label("{actor}填写了换货价格", "{actor} named what the replacement costs"),
    "agree_charge": Label("{actor}同意补付", "{actor} agreed to pay the amount"),
    "record_payment": Label("{actor}登记了补付款项", "{actor} recorded the payment"),
    "state_payment": Label(
        "{actor}声明已付款，等待商家确认", "{actor} stated that the amount was paid; the merchant has to confirm it"
    ),
    "confirm_payment": Label("{actor}确认付款已到账", "{actor} confirmed that the payment has arrived"),
    "deny_payment": Label("{actor}否认付款已到账", "{actor} denied that the payment has arrived"),
    "escalate_payment": Label("{actor}请平台客服核实付款", "{actor} had an agent decide about the payment"),
    "record_charge_return": Label(
        "{actor}登记已将补付款项退还买家", "{actor} recorded that the buyer has back what they had paid"
    ),
    "record_return_freight": Label(
        "{actor}登记已报销退货运费", "{actor} recorded that the buyer has the freight of the return"
    ),
    "refund_credit": Label("差价退还中", "The difference goes back"),
    "return_refused_goods": Label("{actor}将商品寄回了买家", "{actor} sent the goods back to the buyer"),
    "correct_refused_goods_waybill": Label(
        "{actor}更正了寄回商品的运单号", "{actor} corrected the waybill of the refused goods"
    ),
    "quote": Label("{actor}报出了维修价格", "{actor} named what the repair costs"),
    "decline_quote": Label(
        "{actor}未接受维修报价，商品原样寄回",
        "{actor} declined to pay for the repair, and the goods go back as they are",
    ),
    "repaired": Label("{actor}完成了维修", "{actor} repaired the goods"),
    "cannot_repair": Label("{actor}表示无法维修", "{actor} cannot repair the goods"),
    "take_exchange": Label("{actor}改为换货", "{actor} took other goods instead"),
    "take_goods_back": Label("商品将原样寄回买家", "The goods go back as they are"),
    "resume_repair": Label("{actor}要求继续维修", "{actor} had the repair go on"),
    "agree_hold": Label("{actor}同意款项担保", "{actor} agreed to the hold on the money"),
    "release_hold": Label("{actor}解除了款项担保", "{actor} released the hold on the money"),
    "claim_hold": Label(
        "担保款项已扣留，未寄回或未通过验收的商品不再退款",
        "The hold was claimed: the money for units that did not come back, or were refused, stays with the merchant",
    ),
    "miss_return": Label("商品未按期寄回，转交平台客服", "The goods were not sent in time, and an agent has to decide"),
    "refuse_return": Label("{actor}验收未通过，转交平台客服", "{actor} refused the goods, and an agent has to decide"),
    "state_offline_refund": Label(
        "{actor}登记了线下退款，等待买家确认",
        "{actor} stated that the money was given back outside the provider; the buyer has to confirm it",
    ),
    "confirm_offline_refund": Label(
        "{actor}确认线下退款已到账，售后完成", "{actor} confirmed that the money has arrived, and the case is completed"
    ),
    "deny_offline_refund": Label("{actor}表示没有收到线下退款", "{actor} denied that the money has arrived"),
    "dispute_offline_refund": Label("{actor}因未收到线下退款发起维权", "{actor} opened a dispute about the money"),
    "withdraw_offline_refund": Label("{actor}撤回了线下退款登记", "{actor} took back that the money was given back"),
    "open": Label("{actor}发起维权", "{actor} opened a dispute"),
    "answer": Label("{actor}作出答复", "{actor} answered"),
    "ask_again": Label("{actor}继续提问", "{actor} asked again"),
    "grant": Label("{actor}核定了退款金额", "{actor} decided the amount that goes back"),
    "resolve": Label("咨询已结束", "The question was answered, and the case is completed"),
    "end_with_shipment": Label("商品已发出，售后单随之关闭", "The units have left, and the case was closed with that"),
    "add_evidence": Label("{actor}补充了凭证", "{actor} added evidence"),
    "decide": Label("{actor}作出裁决", "{actor} gave a verdict"),
    "appeal": Label("{actor}对裁决提出申诉", "{actor} appealed against the verdict"),
    "announce": Label("{actor}作出裁决，申诉期内暂不执行", "{actor} gave a verdict, which waits for appeals"),
    "finalize": Label("申诉期已过，裁决生效", "Nobody appealed in time, and the verdict is final"),
    "follow_case": Label("维权随售后单变更处理方", "The dispute waits for whoever has to act in the case"),
    "confirm_verdict": Label("{actor}维持原裁决", "{actor} confirmed the verdict"),
    "record_repayment": Label("{actor}登记了买家返还的款项", "{actor} recorded that the buyer has paid money back"),
    "write_off": Label("{actor}决定不再追回款项", "{actor} wrote off what the buyer owes"),
    "replace_verdict": Label("{actor}改判", "{actor} gave another verdict in its place"),
    "execute": Label("裁决执行完毕", "The verdict was executed"),
    "propose_decision": Label(
        "{actor}提出了处理决定，等待另一名客服确认", "{actor} proposed a decision, which another agent has to confirm"
    ),
    "confirm_decision": Label("{actor}确认了处理决定", "{actor} confirmed the proposed decision"),
    "decline_decision": Label("{actor}退回了处理决定", "{actor} declined the proposed decision"),
    "reapply": Label("{actor}再次申请，本售后单关闭", "{actor} asked again, and this case was closed"),
    "request_supplement": Label("{actor}要求买家补充材料", "{actor} asked the buyer for more"),
    "submit_supplement": Label("{actor}补充了材料", "{actor} supplied what was asked for"),
    "end_supplement": Label("买家未在期限内补充材料，审核继续", "Nothing was supplied in time, and the review goes on"),
    "change_type": Label("{actor}更改了售后类型", "{actor} asked for something else"),
    "take": Label("{actor}接手处理", "{actor} took it"),
    "assign": Label("{actor}指派了处理人", "{actor} assigned it"),
    "release": Label("重新回到待处理队列", "It is in the queue again"),
    "request_evidence": Label("{actor}要求补充凭证", "{actor} asked for evidence"),
    "submit_evidence": Label("{actor}提交了凭证", "{actor} submitted the evidence asked for"),
    "end_round": Label("举证结束，平台继续审理", "The time for evidence has ended, and the platform goes on"),
    "propose": Label("{actor}提出和解方案", "{actor} proposed a settlement"),
    "decline_proposal": Label("{actor}拒绝了和解方案", "{actor} declined the proposed settlement"),
    "lapse": Label("和解方案逾期失效", "The proposed settlement lapsed"),
    "settle": Label("{actor}接受和解，双方达成一致", "{actor} accepted the proposed settlement"),
    "withdraw": Label("{actor}撤回了维权", "{actor} withdrew the complaint"),
    "order_test": Label("{actor}安排检测", "{actor} ordered a test of the goods"),
    "send_sample": Label("{actor}寄出了检测样品", "{actor} sent the sample to the testing body"),
    "correct_sample_waybill": Label("{actor}更正了样品的运单号", "{actor} corrected the waybill of the sample"),
    "receive_sample": Label("检测机构已收到样品", "The testing body has the sample"),
    "lose_sample": Label("检测样品丢失，检测结束", "The sample was lost, and the test has ended"),
    "report_test": Label("检测报告已提交", "The testing body has reported"),
    "cancel_test": Label("{actor}取消了检测", "{actor} cancelled the test"),
    "end_test": Label("检测逾期，平台继续审理", "The test was late, and the platform goes on"),
    "raise_anomaly": Label("包裹出现异常", "Something is wrong with a parcel"),
    "end_anomaly": Label("包裹异常已解除", "What was wrong with a parcel is over"),
    "leave_message": Label(
        "{actor}在客服会话中作出答复", "{actor} left an answer in the conversation with customer service"
    ),
}
"""How a step reads, by its action; `{actor}` is one of ACTORS."""
UNATTENDED: Mapping[str, Label] = {
    "request": Label("售后单自动建立", "The case was opened automatically"),
    "approve": Label("申请自动同意", "The request was approved automatically"),
    "escalate": Label("转交平台处理", "It was passed on to the platform"),
    "open": Label("因买家投诉，维权开始", "A dispute was opened by a complaint of the buyer"),
    "close": Label("售后单关闭", "The case was closed"),
    "inspect": Label(
        "商家未在期限内验收，视为接受退货",
        "The merchant has not inspected the returned goods in time, and they count as accepted",
    ),
    "confirm_replacement": Label(
        "买家未在期限内确认，视为已收货",
        "The buyer has not confirmed the receipt of the goods in time, and it counts as confirmed",
    ),
    "decline_quote": Label(
        "买家未在期限内接受或支付维修报价，商品原样寄回",
        "The repair was not agreed to or paid in time, and the goods go back as they are",
    ),
    "take_refund": Label("期限内无人处理，改为退款", "Nobody acted in time, and a refund takes the place of the goods"),
    "confirm_payment": Label(
        "商家未在期限内答复，视为付款已到账",
        "The merchant has not answered in time, and the payment counts as arrived",
    ),
    "release_hold": Label("款项担保已解除", "The hold on the money was released"),
}
"""How a step reads that nobody has taken: a timer, a rule, or the event of another service."""
STATED: Mapping[str, Label] = {
    "receive": Label("{actor}登记退货已送达商家", "{actor} stated that the goods have arrived at the merchant"),
    "record_arrival": Label(
        "{actor}登记退货到达商家，售后单状态不变",
        "{actor} stated that goods have arrived at the merchant, and the case stays as it was",
    ),
    "collect_pickup": Label("{actor}登记快递已取件", "{actor} stated that the courier has collected the goods"),
    "receive_sample": Label("{actor}登记检测机构已收到样品", "{actor} stated that the testing body has the sample"),
    "lose_sample": Label(
        "{actor}登记检测样品丢失，检测结束", "{actor} stated that the sample was lost, and the test has ended"
    ),
}
"""How a step reads that people take in place of a courier's report: they state what has happened."""
