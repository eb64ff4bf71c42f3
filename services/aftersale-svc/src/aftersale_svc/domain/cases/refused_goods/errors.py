"""Refusals of what people do with the parcel of refused goods."""

from aftercare_chassis.refusals import Kind, Refusal


class RefusedGoodsNotInTransit(Refusal):
    """No refused goods of the case are on their way to the buyer."""

    kind, code = Kind.CONFLICT, "refused_goods_not_in_transit"
    zh, en = "没有正在寄回买家的商品。", "No refused goods are on their way to the buyer."


class RefusedGoodsAlreadyScanned(Refusal):
    """A courier has scanned the refused goods under the waybill that was named first."""

    kind, code = Kind.CONFLICT, "refused_goods_already_scanned"
    zh = "承运商已扫描寄回买家的包裹，运单号不能再更改。"
    en = "The courier has scanned the parcel with the refused goods; its waybill cannot be changed any more."
