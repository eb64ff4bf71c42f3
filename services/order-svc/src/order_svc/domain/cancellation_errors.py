"""What cancelling units of an order is refused with."""

from aftercare_chassis.refusals import Kind, Refusal


class PartlyPaid(Refusal):
    """A part of the order is paid, or it is paid by a plan: before the rest is paid it is cancelled as a whole."""

    kind, code = Kind.CONFLICT, "partly_paid"
    zh = "该订单按计划分期付款或已付部分款项，付清之前只能整单取消。"
    en = "Paid by a plan, or paid in part: until the rest is paid, the order is cancelled as a whole."


class PriceAdjusted(Refusal):
    """A case has given money back without units, so that what units are worth is for aftersale-svc to decide."""

    kind, code = Kind.CONFLICT, "price_adjusted"
    zh = "该订单有售后已退款但未退商品（售后单：{case_ids}），请改为申请未发货退款。"
    en = "Cases have given money back without units ({case_ids}); ask for a cancellation before shipment in a case instead."


class NothingToCallBack(Refusal):
    """Everything of the order was shipped, and no courier can be asked to bring any of it back. `ways` as in `AlreadyShipped`."""

    kind, code = Kind.CONFLICT, "nothing_to_call_back"
    zh = "订单商品均已发出，且没有可以拦截退回的包裹，不能取消订单。"
    en = "The order cannot be cancelled: all of it was shipped, and no courier can be asked to bring any of it back."
