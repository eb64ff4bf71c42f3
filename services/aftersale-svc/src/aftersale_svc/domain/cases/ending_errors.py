"""Why a case does not end with its order or its units."""

from aftercare_chassis.refusals import Kind, Refusal


class OrderNotCancelled(Refusal):
    """Only the case of a cancelled order ends with it."""

    kind, code = Kind.CONFLICT, "order_not_cancelled"
    zh, en = "该订单未取消。", "The order of this case was not cancelled."


class UnitsNotCancelled(Refusal):
    """No units of the case were cancelled, so it does not end because of that."""

    kind, code = Kind.CONFLICT, "units_not_cancelled"
    zh, en = "该售后单的商品未被取消。", "No units of this case were cancelled."


class UnitsNotShipped(Refusal):
    """The units of the case have not left, so it does not end because of that."""

    kind, code = Kind.CONFLICT, "units_not_shipped"
    zh, en = "该售后单的商品尚未发出。", "The units of this case have not left."
