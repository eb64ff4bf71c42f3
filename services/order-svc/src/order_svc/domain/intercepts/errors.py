"""What intercepts are refused with."""

from aftercare_chassis.refusals import Kind, Refusal


class ParcelNotUnderWay(Refusal):
    """The parcel is not on its way to the buyer."""

    kind, code = Kind.CONFLICT, "parcel_not_under_way"
    zh = "该包裹不在派送给买家的途中，无法拦截。"
    en = "The parcel is not on its way to the buyer: there is nothing to intercept."


class InterceptOpen(Refusal):
    """An intercept of the parcel waits for its courier."""

    kind, code = Kind.CONFLICT, "intercept_open"
    zh = "该包裹已有进行中的拦截：{intercept_id}。"
    en = "An intercept of this parcel is open: {intercept_id}."


class InterceptSent(Refusal):
    """The courier was asked for the intercept, and may carry it out."""

    kind, code = Kind.CONFLICT, "intercept_sent"
    zh = "拦截申请已发往快递公司，可能已被执行，不能撤回。"
    en = "The request was sent to the courier, which may carry it out: it cannot be withdrawn."


class AddressMissing(Refusal):
    """A change of address states no address."""

    kind, code = Kind.INVALID, "address_missing"
    zh = "修改地址须填写新的收货地址。"
    en = "A change of address needs the new shipping address."


class AddressNotNeeded(Refusal):
    """A return states an address."""

    kind, code = Kind.INVALID, "address_not_needed"
    zh = "退回寄件人无需填写地址。"
    en = "A parcel that goes back to its sender needs no address."
