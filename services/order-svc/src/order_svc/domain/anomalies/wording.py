"""The kinds of anomalies by their names for people, in Chinese and in English."""

from collections.abc import Mapping

from order_svc.domain.anomalies.codes import AnomalyKind

NAMES: Mapping[str, tuple[str, str]] = {
    AnomalyKind.NOT_PICKED_UP: ("长时间未揽收", "it was not picked up"),
    AnomalyKind.STUCK_IN_TRANSIT: ("运输停滞", "it does not go on"),
    AnomalyKind.STUCK_IN_CUSTOMS: ("清关停滞", "it does not leave customs"),
    AnomalyKind.STUCK_IN_DELIVERY: ("派送停滞", "it is out for delivery for long"),
    AnomalyKind.NOT_COLLECTED: ("滞留待取", "it was not collected"),
    AnomalyKind.STUCK_RETURNING: ("退回停滞", "it does not come back"),
    AnomalyKind.PRESUMED_LOST: ("疑似丢失", "it counts as lost"),
    AnomalyKind.DELIVERY_OVERDUE: ("超时未送达", "its delivery is overdue"),
    AnomalyKind.LOST: ("丢失", "it is lost"),
    AnomalyKind.DAMAGED: ("破损", "it is damaged"),
    AnomalyKind.DISPOSED: ("销毁或扣押", "it was destroyed or seized"),
    AnomalyKind.REFUSED: ("拒收", "the receiver has refused it"),
    AnomalyKind.RETURNED_TO_SENDER: ("正在退回寄件人，商家和平台未召回", "it goes back to its sender"),
    AnomalyKind.RETURNED_AFTER_DELIVERY: ("签收后被退回", "it goes back after its delivery"),
    AnomalyKind.OTHER_RECEIVER: ("他人代收", "somebody has signed for the receiver"),
    AnomalyKind.MISROUTED: ("错分", "it was sent the wrong way"),
    AnomalyKind.ADDRESS_PROBLEM: ("地址或联系方式有误", "its address or phone number is wrong"),
    AnomalyKind.SCANNED_AFTER_VOID: ("作废后被揽收", "it was voided, and a courier has it"),
}
