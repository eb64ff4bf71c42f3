"""The texts of the system's messages about an after-sale case: one code per fact, with its text in zh-CN and in en.

The texts are fixed: nothing that somebody entered in another service gets into a conversation this way.
"""

from cs_svc.domain.claim_notifications import CLAIM_NOTIFICATIONS
from cs_svc.domain.dispute_notifications import DISPUTE_NOTIFICATIONS
from cs_svc.domain.surveys import SURVEY_NOTIFICATIONS

NOTIFICATIONS: dict[str, tuple[str, str]] = {
    "after_sale_requested": (
        "售后申请已提交，等待商家处理。",
        "The after-sale request was submitted; the merchant will review it.",
    ),
    "after_sale_approved": ("售后申请已通过。", "The after-sale request was accepted."),
    "after_sale_approved_by_timeout": (
        "商家未在期限内处理，售后申请已自动通过。",
        "The merchant did not review in time; the after-sale request was accepted automatically.",
    ),
    "after_sale_approved_by_rule": (
        "售后申请符合商家设定的规则，已自动通过。",
        "The after-sale request was accepted automatically, by a rule of the merchant.",
    ),
    "after_sale_approved_by_rule_without_address": (
        "售后申请符合商家设定的规则，已自动通过；商家尚未提供退货地址，请待地址提供后再寄出商品。",
        "The after-sale request was accepted automatically, by a rule of the merchant. "
        "The merchant has still to say where the goods are to be sent. Please send them afterwards.",
    ),
    "after_sale_approved_without_address": (
        "售后申请已通过；商家尚未提供退货地址，请待地址提供后再寄出商品。",
        "The after-sale request was accepted; the merchant has still to say where the goods are to be sent. "
        "Please send them afterwards.",
    ),
    "after_sale_approved_by_timeout_without_address": (
        "商家未在期限内处理，售后申请已自动通过；商家尚未提供退货地址，请待地址提供后再寄出商品。",
        "The merchant did not review in time; the after-sale request was accepted automatically. "
        "The merchant has still to say where the goods are to be sent. Please send them afterwards.",
    ),
    "after_sale_rejected": (
        "售后申请或退回的商品未通过审核；如有异议可以投诉维权。",
        "The after-sale request, or what was sent back, was refused; you may complain if you disagree.",
    ),
    "offer_made": (
        "商家或平台提出了新的处理方案，请在售后单中查看并答复。",
        "The merchant or the platform has made an offer; please see it in the case and answer it.",
    ),
    "counter_offer_made": (
        "买家提出了不同的处理方案，等待商家答复。",
        "The buyer has made a counter-offer; the merchant will review it.",
    ),
    "offer_accepted": ("处理方案已被接受，售后单按该方案继续。", "The offer was accepted; the case continues with it."),
    "offer_declined": ("处理方案未被接受。", "The offer was declined."),
    "offer_withdrawn": (
        "处理方案已撤回，售后申请重新审核。",
        "The offer was withdrawn; the request is reviewed again.",
    ),
    "offer_lapsed": ("处理方案已失效。", "The offer is no longer open."),
    "after_sale_share_changed": (
        "售后单的可退金额已增加，详见售后单。",
        "The case is about more money than before; please see the case.",
    ),
    "after_sale_freight_changed": (
        "同一订单的其他售后单有变化，可退运费已更新，详见售后单。",
        "Another case of the order has changed, and with it the freight that goes back; please see the case.",
    ),
    "after_sale_restaged": (
        "商品在售后期间已发出，售后单按运输中处理。",
        "The goods were shipped in the meantime; the case continues as one in transit.",
    ),
    "return_address_given": (
        "商家已提供退货地址，请按售后单中的地址寄回商品。",
        "The return address is known now; please send the goods to the address in the case.",
    ),
    "return_address_corrected": (
        "退货地址已更改，请按售后单中的新地址寄回商品。",
        "The return address has changed; please send the goods to the new address in the case.",
    ),
    "pickup_booked": (
        "已预约上门取件，请在预约时段内备好商品。",
        "A pickup is booked; please have the goods ready at that time.",
    ),
    "pickup_moved": ("取件时间已更改。", "The pickup was moved to another time."),
    "pickup_cancelled": ("取件已取消。", "The pickup was cancelled."),
    "pickup_missed": (
        "快递未取件，请在售后单中重新预约，或自行寄回商品。",
        "The goods were not collected; please book another pickup in the case, or send them yourself.",
    ),
    "pickup_missed_by_buyer": (
        "快递上门时买家不在，请在售后单中重新预约，或自行寄回商品。",
        "The buyer was not there for the pickup; please book another one in the case, or send the goods yourself.",
    ),
    "pickup_missed_refused": (
        "快递拒绝上门取件，请在售后单中重新预约，或自行寄回商品。",
        "The courier refused to collect the goods; please book another pickup in the case, or send them yourself.",
    ),
    "pickup_move_refused": (
        "快递不能在更改后的时间取件，仍可能按原时间上门；请在售后单中重新预约，或自行寄回商品。",
        "The courier does not collect the goods at the other time and may still come at the time before; please book another pickup in the case, or send the goods yourself.",
    ),
    "pickup_waybill_given": ("取件运单号已填写。", "The waybill of the pickup is known."),
    "pickup_waybill_withdrawn": ("取件运单号已作废。", "The waybill of the pickup is not valid any more."),
    "return_shipped": ("退货已寄出。", "The goods were sent back."),
    "return_waybill_corrected": ("退货运单号已更正。", "The waybill of the returned goods was corrected."),
    "return_scanned": ("承运商已收到退货包裹。", "The courier has the returned goods."),
    "return_delivered": ("退货已送达商家，等待验收。", "The goods have reached the merchant and await inspection."),
    "return_handed_over": (
        "商家已收到买家交回的商品，等待验收。",
        "The merchant has the goods that the buyer has handed over; they await inspection.",
    ),
    "return_delivered_after_end": (
        "售后单结束后，退货送达商家。",
        "Goods of the case, which has ended, have reached the merchant.",
    ),
    "return_handed_over_after_end": (
        "售后单结束后，商家收到了买家交回的商品。",
        "The merchant has goods of the case, which has ended.",
    ),
    "return_inspected": ("商家已验收退货。", "The merchant inspected the goods."),
    "return_inspected_by_timeout": (
        "商家未在期限内验收，退货已自动验收。",
        "The merchant did not inspect in time; the goods were accepted automatically.",
    ),
    "replacement_ordered": ("等待商家发出补寄或换货商品。", "The merchant has to send the replacement."),
    "replacement_shipped": ("补寄或换货商品已发出。", "The replacement was sent."),
    "replacement_waybill_corrected": ("补寄或换货的运单号已更正。", "The waybill of the replacement was corrected."),
    "replacement_scanned": ("承运商已收到补寄或换货包裹。", "The courier has the replacement."),
    "replacement_delivered": (
        "补寄或换货商品已送达，请确认收货；如有问题请反馈。",
        "The replacement was delivered; please confirm it, or say what is wrong with it.",
    ),
    "replacement_late": (
        "商家未按期发货；发货前您可以选择退款。",
        "The replacement is late; until it is sent you may take the refund instead.",
    ),
    "replacement_anomaly_reported": (
        "买家反馈补寄或换货商品有问题，平台客服将跟进处理。",
        "Something is wrong with the replacement; customer service will follow up.",
    ),
    "replacement_priced": (
        "商家已给出换货价格，差价请见售后单。",
        "The merchant has named the price of the replacement; the difference is in the case.",
    ),
    "charge_agreed": ("买家已同意补付。", "The buyer agreed to pay the amount."),
    "charge_payment_stated": (
        "买家声明已补付款项，请商家在售后单中确认是否到账。",
        "The buyer states to have paid; the merchant confirms or denies it in the case.",
    ),
    "charge_payment_denied": (
        "声明的补付款项被否认到账。买家可再次声明、请平台客服核实，或发起维权。",
        "It was denied that the payment has arrived. The buyer may state it again, have an agent decide, or open a dispute.",
    ),
    "charge_paid": ("补付款项已确认到账。", "The buyer has paid."),
    "charge_owed_back": (
        "买家已付的补付款项应由商家退还，金额请见售后单。",
        "The merchant owes back what the buyer has paid; the amount is in the case.",
    ),
    "charge_returned": (
        "已登记补付款项退还买家。",
        "It was recorded that the buyer has back what they had paid.",
    ),
    "return_freight_cover_reduced": (
        "运费险未全额赔付退货运费，其余由商家承担，金额请见售后单。",
        "The insurance does not pay all of the freight of the return; the merchant bears the rest, as the case shows.",
    ),
    "return_freight_owed": (
        "商家应报销退货运费，金额请见售后单。",
        "The merchant owes the freight of the return; the amount is in the case.",
    ),
    "return_freight_reimbursed": (
        "已登记报销退货运费。",
        "It was recorded that the buyer has the freight of the return.",
    ),
    "refused_goods_returned": (
        "未通过验收的商品已寄回买家。",
        "The goods that were refused were sent back to the buyer.",
    ),
    "repair_quoted": (
        "商家已给出维修报价，请买家在售后单中答复。",
        "The merchant has named what the repair costs; the buyer answers in the case.",
    ),
    "repair_quote_declined": (
        "买家未接受维修报价，商品将原样寄回。",
        "The repair was not paid for; the goods go back as they are.",
    ),
    "repair_finished": (
        "商品已修好，商家将寄回买家。",
        "The goods are repaired; the merchant sends them to the buyer.",
    ),
    "repair_not_possible": (
        "商品无法维修，请买家在售后单中选择处理方式。",
        "The goods cannot be repaired; the buyer chooses in the case what happens instead.",
    ),
    "repair_resumed": ("平台客服要求商家继续维修。", "Customer service had the merchant go on with the repair."),
    "repair_repeated": (
        "商品将再次维修，请按售后单中的地址寄回。",
        "The goods are repaired once more; please send them to the address in the case.",
    ),
    "hold_agreed": ("买家已同意款项担保。", "The buyer agreed to the hold on the money."),
    "hold_released": ("款项担保已解除。", "The hold on the money was released."),
    "hold_claimed": (
        "商品未寄回或验收未通过，相应款项不再退还。",
        "Goods did not come back or were refused; their money cannot go back any more.",
    ),
    "replacement_received": (
        "买家已收到换货商品，请寄回原商品。",
        "The buyer has the replacement, and sends the goods back.",
    ),
    "replacement_withdrawn": (
        "商家无法换货，请买家寄回商品后退款。",
        "No replacement is sent; the money goes back once the goods are back.",
    ),
    "refund_requested": ("退款处理中，将原路退回。", "The refund is being made to the original payment method."),
    "refund_failed": (
        "退款未成功，客服将跟进处理。",
        "The refund failed; customer service will follow up.",
    ),
    "refund_reversed": (
        "退款到账后被退回商家，款项仍归买家，客服将重新安排退款。",
        "The refund was paid and came back to the merchant. It is still the buyer's; customer service arranges how it is given back.",
    ),
    "offline_refund_stated": (
        "商家称已线下退款，请买家在售后单中确认是否到账。",
        "The money is said to be given back without the payment provider; the buyer confirms it in the case.",
    ),
    "offline_refund_confirmed": ("线下退款已确认到账。", "The money that was given back has arrived."),
    "offline_refund_confirmed_by_agent": (
        "买家未按期确认，平台客服已核实线下退款到账。",
        "The buyer has not confirmed it in time; customer service has confirmed that the money was given back.",
    ),
    "offline_refund_denied": ("买家表示没有收到线下退款。", "The buyer says that the money has not arrived."),
    "offline_refund_withdrawn": (
        "线下退款登记已撤回，客服将跟进处理。",
        "It was taken back that the money was given back; customer service will follow up.",
    ),
    "after_sale_frozen": ("已进入维权，售后单暂停处理。", "A dispute was opened; the case is paused until it ends."),
    "after_sale_reopened": (
        "退货在售后单关闭后送达商家，售后单重新打开，由平台客服处理。",
        "The returned goods have arrived after the case was closed. It is open again, and an agent decides.",
    ),
    "after_sale_resumed": ("维权已结束，售后单恢复处理。", "The dispute has ended; the case continues."),
    "review_assigned": ("平台客服已接手处理。", "An agent of the platform has taken the case."),
    # Earlier builds have sent these two; what was only proposed is for the platform alone.
    "decision_proposed": (
        "平台客服已提出处理决定，正在复核。",
        "An agent has proposed a decision, which is being checked.",
    ),
    "decision_declined": ("平台客服将继续审核售后单。", "The agents go on reviewing the case."),
    "after_sale_type_changed": (
        "买家更改了售后类型，等待商家重新审核。",
        "The buyer asks for something else; the merchant will review it.",
    ),
    "after_sale_type_changed_by_verdict": (
        "根据维权结果，售后单改为退货退款，请买家寄回商品。",
        "By the outcome of the dispute the goods go back for their money; the buyer sends them.",
    ),
    "supplement_requested": (
        "审核需要补充材料，请在售后单中查看并提供。",
        "More is needed for the decision; please see the case and supply it.",
    ),
    "supplement_submitted": ("补充材料已提交，审核继续。", "What was asked for was supplied; the review goes on."),
    "supplement_ended": ("未在期限内补充材料，审核继续。", "Nothing was supplied in time; the review goes on."),
    "review_released": ("售后单等待平台客服处理。", "The case is waiting for an agent of the platform."),
    "after_sale_escalated": ("售后单已转由平台客服处理。", "The case was handed to the platform's customer service."),
    "consultation_answered": ("咨询已有答复，请在售后单中查看。", "The question was answered; please see the case."),
    "consultation_continued": ("买家继续提问，等待商家答复。", "The buyer asked more; the merchant will answer."),
    "after_sale_completed": ("售后已完成，欢迎评价。", "The case is complete; you are welcome to rate it."),
    "after_sale_closed": ("售后单已关闭。", "The case was closed."),
    "deadline_reminder": ("处理期限即将届满。", "The time to act in the case ends soon."),
    "deadline_extended": ("处理期限已延长。", "There is more time to act in the case."),
    "after_sale_cancelled": ("售后申请已撤销。", "The after-sale request was withdrawn."),
}


def notification_text(code: str, language: str) -> str:
    """The text of a notification in the reader's language; the code itself where this build does not know it."""
    texts = {**NOTIFICATIONS, **DISPUTE_NOTIFICATIONS, **CLAIM_NOTIFICATIONS, **SURVEY_NOTIFICATIONS}
    zh, en = texts.get(code, (code, code))
    return zh if language.lower().startswith("zh") else en
