"""The end of a parcel's way as a person records it, where its courier reports nothing."""

from datetime import datetime

from aftercare_chassis.refusals import Kind, Refusal

from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelStatus


class DeliveryNotOverdue(Refusal):
    """The merchant records what has become of a parcel whose courier still has the time to report it."""

    kind, code = Kind.CONFLICT, "delivery_not_overdue"
    zh = "尚未超过送达时限，送达或丢失由快递公司上报，或由客服登记。"
    en = "The delivery is not overdue: until it is, the courier reports what has become of a parcel, or an agent records it."


class ParcelNotAwaited(Refusal):
    """The parcel does not carry an order to its buyer, or its way has ended."""

    kind, code = Kind.CONFLICT, "parcel_not_awaited"
    zh = "该包裹（{leg}，{parcel_status}）不在送往买家的途中，不能登记送达或丢失。"
    en = "The parcel ({leg}, {parcel_status}) is not on its way to the buyer: neither its delivery nor its loss can be recorded."


class DeliveredAtUnfit(Refusal):
    """The parcel was delivered before it was handed over, or in the future."""

    kind, code = Kind.INVALID, "delivered_at_unfit"
    zh = "送达时间须在交运时间 {from_at} 与当前时间 {to_at} 之间。"
    en = "The delivery has to be between the hand-over, {from_at}, and now, {to_at}."


def refusal(parcel: Parcel, end: ParcelStatus) -> ParcelNotAwaited | None:
    """Why this end is not recorded of a parcel; None where it can be. A parcel that is lost may be found."""
    is_lost = parcel.leg is ParcelLeg.OUTBOUND and parcel.status is ParcelStatus.LOST and parcel.withdrawn_at is None
    if parcel.is_awaited or (is_lost and end is ParcelStatus.DELIVERED):
        return None
    return ParcelNotAwaited(leg=parcel.leg, parcel_status=parcel.status)


def delivered_at(parcel: Parcel, stated: datetime | None, now: datetime) -> datetime:
    """When the parcel was delivered: as stated, else now.

    Raises:
        DeliveredAtUnfit: see there.
    """
    if stated is None:
        return now
    if not parcel.handed_over_at <= stated <= now:
        raise DeliveredAtUnfit(
            pointer="/delivered_at", from_at=parcel.handed_over_at.isoformat(), to_at=now.isoformat()
        )
    return stated
