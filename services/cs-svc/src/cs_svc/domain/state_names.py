"""What people read for the states of orders and after-sale cases, in zh-CN and in en; their services publish codes."""

ORDER_STATES: dict[str, tuple[str, str]] = {
    "created": ("待付款", "waiting for payment"),
    "paid": ("已付款", "paid"),
    "shipped": ("已发货", "shipped"),
    "delivered": ("已送达", "delivered"),
    "received": ("已确认收货", "received"),
    "completed": ("已完成", "completed"),
    "cancelled": ("已取消", "cancelled"),
}
CASE_STATES: dict[str, tuple[str, str]] = {
    "pending_review": ("等待商家审核", "waiting for the merchant's review"),
    "manual_review": ("平台客服审核中", "under review by the platform"),
    "offer_pending": ("等待买家答复处理方案", "waiting for the buyer's answer to an offer"),
    "await_supplement": ("等待买家补充材料", "waiting for what the buyer was asked for"),
    "await_buyer_shipment": ("等待买家寄回商品", "waiting for the buyer to send the goods back"),
    "await_pickup": ("已预约上门取件，等待快递取件", "waiting for the courier to collect the goods"),
    "return_in_transit": ("商品退回途中", "goods on their way back"),
    "await_inspection": ("等待商家验收退回商品", "waiting for the merchant's inspection"),
    "rejected": ("申请已被拒绝", "rejected"),
    "await_answer": ("等待商家答复", "waiting for the merchant's answer"),
    "answered": ("已答复", "answered"),
    "refunding": ("退款处理中", "refund in progress"),
    "await_reship": ("等待商家发货", "waiting for the merchant to send the goods"),
    "reship_in_transit": ("商家已发货，等待买家收货", "goods sent to the buyer"),
    "in_repair": ("商家维修中", "in repair"),
    "quote_pending": ("等待买家确认维修报价并付款", "waiting for the buyer to agree to the price of the repair"),
    "remedy_pending": ("无法维修，等待买家选择", "not repairable, waiting for the buyer's choice"),
    "offline_refund_confirm": ("等待买家确认线下退款到账", "waiting for the buyer to confirm the refund"),
    "disputed": ("维权处理中，售后单已冻结", "stopped by a dispute"),
    "completed": ("已完成", "completed"),
    "closed": ("已关闭", "closed"),
    "cancelled": ("申请已撤销", "withdrawn"),
}


def name_of(names: dict[str, tuple[str, str]], state: str, language: str) -> str:
    """The name of a state in this language; the code where a newer build of its service has published one without a name."""
    zh, en = names.get(state, (state, state))
    return zh if language.startswith("zh") else en
