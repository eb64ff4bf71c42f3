"""Refusals of what people do with pickups."""

from aftercare_chassis.refusals import Kind, Refusal


class PickupSlotUnknown(Refusal):
    """The schedule has no such time, or it begins too soon or too late to be booked now."""

    kind, code = Kind.INVALID, "pickup_slot_unknown"
    zh = "没有这个取件时段，或该时段现在不可预约；请从可预约时段中选择。"
    en = "There is no such time, or it cannot be booked now; please choose one of the free ones."


class PickupSlotFull(Refusal):
    """Every pickup that the time has room for is booked."""

    kind, code = Kind.CONFLICT, "pickup_slot_full"
    zh, en = "该取件时段已约满（容量 {capacity}）。", "This time is full; it has room for {capacity} pickups."


class PickupSlotUnchanged(Refusal):
    """The pickup is to be moved to the time that it has."""

    kind, code = Kind.INVALID, "pickup_slot_unchanged"
    zh, en = "取件已预约在该时段。", "The pickup is booked for this time already."


class PickupDestinationUnknown(Refusal):
    """Nobody knows where the goods are to be brought to."""

    kind, code = Kind.CONFLICT, "pickup_destination_unknown"
    zh, en = (
        "商家尚未提供退货地址，暂不能预约取件。",
        "There is no return address yet, so that nothing can be collected.",
    )


class PickupsUsedUp(Refusal):
    """The buyer has missed pickups, or booked and moved them, as often as is permitted; their own courier is left."""

    kind, code = Kind.CONFLICT, "pickups_used_up"
    zh = "该售后单已不能再预约取件，请自行寄回商品。"
    en = "No more pickups can be booked for this case; please send the goods by a courier of your own."


class PickupBegun(Refusal):
    """The booked time has begun."""

    kind, code = Kind.CONFLICT, "pickup_begun"
    zh, en = (
        "取件时段已开始，不能再更改或取消。",
        "The booked time has begun; it cannot be moved or cancelled any more.",
    )


class PickupNotBegun(Refusal):
    """The booked time has not begun, so that nobody can have missed it."""

    kind, code = Kind.CONFLICT, "pickup_not_begun"
    zh, en = "取件时段尚未开始。", "The booked time has not begun."


class PickupDayNotBegun(PickupNotBegun):
    """The booked time is more than a day away, so that the goods cannot have been collected."""

    zh = "取件时段尚未到来，自 {possible_from} 起才能登记已取件。"
    en = "The booked time is still to come. That the goods were collected can be recorded from {possible_from} on."


class NoPickupWaybill(Refusal):
    """No waybill was named for a pickup of this case."""

    kind, code = Kind.CONFLICT, "no_pickup_waybill"
    zh, en = "该售后单的取件没有运单号。", "No waybill was named for the pickup."


class PickupWindowsOverlap(Refusal):
    """Two windows of a weekday overlap."""

    kind, code = Kind.INVALID, "pickup_windows_overlap"
    zh, en = "同一天的取件时段不能重叠。", "Windows of one weekday must not overlap."
