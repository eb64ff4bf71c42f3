"""The refusals of what is ordered of couriers."""

from aftercare_chassis.refusals import Kind, Refusal


class ShippingAccountExists(Refusal):
    """The merchant has an account with this courier already."""

    kind, code = Kind.CONFLICT, "shipping_account_exists"
    zh = "该商户已接入 {courier}，请先停用原账号或更换密钥。"
    en = "The merchant has an account with {courier}: rotate its secret, or revoke it first."


class ShippingKeyMissing(Refusal):
    """An account with Kuaidi100 has no key."""

    kind, code = Kind.INVALID, "shipping_key_missing"
    zh, en = "快递100 账号须填写 key。", "An account with Kuaidi100 needs its key."


class ShippingAccountRevoked(Refusal):
    """The account was revoked."""

    kind, code = Kind.CONFLICT, "shipping_account_revoked"
    zh, en = "该快递账号已停用。", "This account was revoked."


class ShippingAccountMissing(Refusal):
    """The merchant has no account with a courier that carries this."""

    kind, code = Kind.CONFLICT, "shipping_account_missing"
    zh = "该商户没有可以使用以下承运商寄件的快递账号：{carrier}。"
    en = "The merchant has no account with a courier through which parcels go with {carrier}."


class CountryNotServed(Refusal):
    """A courier carries within China alone."""

    kind, code = Kind.CONFLICT, "country_not_served"
    zh = "该商户可用的快递不寄送跨境包裹（{country}）：{courier}。"
    en = "{courier} carries within China alone, and one end of the way is in {country}."


class PickupTimeInvalid(Refusal):
    """A pickup does not begin in the future, or does not end after it begins on the same or the next days."""

    kind, code = Kind.INVALID, "pickup_time_invalid"
    zh = "取件时间须在将来，时长不少于 1 小时且不超过 24 小时。"
    en = "A pickup begins in the future and lasts an hour to 24 hours."


class LabelShipped(Refusal):
    """What was ordered is registered as shipped under the waybill of the label."""

    kind, code = Kind.CONFLICT, "label_shipped"
    zh = "该面单的包裹已登记发货：快递揽收前请作废包裹，揽收后请申请拦截。"
    en = "The parcel is registered as shipped: void the parcel until the courier has it, and request an intercept afterwards."


class LabelNotPrintable(Refusal):
    """The file of the label is not made yet, or is deleted."""

    kind, code = Kind.CONFLICT, "label_not_printable"
    zh = "面单文件不存在：运单尚未生成、文件尚未制作，或已过保存期限（状态 {state}）。"
    en = "There is no file: the waybill or its file is not made yet, or the file is deleted. The label is {state}."


class LabelCollected(Refusal):
    """The parcel of the label was scanned: the courier has it."""

    kind, code = Kind.CONFLICT, "label_collected"
    zh, en = "快递已揽收，不能再更改。", "The courier has collected the parcel: nothing can be changed."


class CaseNotOfOrder(Refusal):
    """The order has no such case."""

    kind, code = Kind.INVALID, "case_not_of_order"
    zh = "该订单没有售后单 {case_id}。"
    en = "The order has no case {case_id}."


class NoReturnAwaited(Refusal):
    """The case has ended, or its goods stay where they are."""

    kind, code = Kind.CONFLICT, "no_return_awaited"
    zh = "售后单 {case_id} 无需退回商品：该单已结束，或其商品无需寄回。"
    en = "Nothing is sent back for the case {case_id}: it has ended, or its goods stay where they are."
