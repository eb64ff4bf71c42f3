"""What went wrong with the parcels of a case, in words."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.cases.reasons import Label

KIND_NAMES: Mapping[str, Label] = {
    "not_picked_up": Label("长时间未揽收", "the courier has not picked it up"),
    "stuck_in_transit": Label("运输停滞", "it does not go on"),
    "stuck_in_customs": Label("清关停滞", "it does not leave customs"),
    "stuck_in_delivery": Label("派送停滞", "it is out for delivery for long"),
    "not_collected": Label("滞留待取", "it was not collected"),
    "stuck_returning": Label("退回停滞", "it does not come back"),
    "presumed_lost": Label("长时间无物流信息，按丢失处理", "without a scan for so long that it counts as lost"),
    "delivery_overdue": Label("超时未送达", "its delivery is overdue"),
    "lost": Label("快递报告丢失", "the courier reports that it is lost"),
    "damaged": Label("快递报告破损", "the courier reports that it is damaged"),
    "disposed": Label("已被销毁或扣押", "it was destroyed or seized"),
    "refused": Label("收件人拒收", "the receiver has refused it"),
    "returned_to_sender": Label(
        "正在退回寄件人，商家和平台未召回", "it goes back to its sender, and was not called back"
    ),
    "returned_after_delivery": Label("签收后被退回", "it goes back after its delivery"),
    "other_receiver": Label("由他人代收", "somebody has signed for the receiver"),
    "misrouted": Label("错分", "it was sent the wrong way"),
    "address_problem": Label("地址或联系方式有误", "its address or phone number is wrong"),
    "scanned_after_void": Label("运单作废后被快递揽收", "it was voided, and a courier has it"),
}
_UNKNOWN = Label("其他异常", "something else is wrong")
RESOLUTION_NAMES: Mapping[str, Label] = {
    "found": Label("已找回", "the parcel was found"),
    "hurried": Label("已催促快递", "the courier was called and goes on"),
    "reshipped": Label("已重新发货", "the goods were sent once more"),
    "refunded": Label("已退款", "the buyer has the money back"),
    "claimed": Label("已向快递索赔", "the loss is claimed from the courier"),
    "goods_back": Label("商家已收回商品", "the merchant has the goods again"),
    "receiver_confirmed": Label("收件人确认无误", "the receiver confirms that all is well"),
    "false_alarm": Label("误报", "nothing was wrong"),
}
"""How people have resolved an anomaly; `other` has no name."""


def anomaly_step(waybill_no: str, kind: str, resolution: str | None) -> Label:
    """What is wrong with the parcel, or was, and how people have resolved it."""
    name = KIND_NAMES.get(kind, _UNKNOWN)
    resolved = RESOLUTION_NAMES.get(resolution or "")
    zh, en = ("", "") if resolved is None else (f"（{resolved.zh}）", f" ({resolved.en})")
    return Label(f"运单 {waybill_no}，{name.zh}{zh}", f"waybill {waybill_no}, {name.en}{en}")


def anomaly_text(anomaly: ParcelAnomaly, zone: ZoneInfo) -> Label:
    """What is or was wrong with the parcel, since when, and until when."""
    name = KIND_NAMES.get(anomaly.kind, _UNKNOWN)
    since = in_zone(anomaly.since, zone)
    zh = f"包裹 {anomaly.waybill_no} 异常：{name.zh}（自 {since}）"
    en = f"Parcel {anomaly.waybill_no}: {name.en} (since {since})"
    if anomaly.ended_at is None:
        return Label(f"{zh}。", f"{en}.")
    ended = in_zone(anomaly.ended_at, zone)
    return Label(f"{zh}，已于 {ended} 解除。", f"{en}; over since {ended}.")
