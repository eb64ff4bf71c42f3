"""Refusals of what is said of an inspection."""

from aftercare_chassis.refusals import Kind, Refusal


class AcceptedExceedsSent(Refusal):
    """An inspection accepts more units of a line than the case is about."""

    kind, code = Kind.INVALID, "accepted_exceeds_sent"
    zh, en = "验收数量超过寄回数量（{sent}）。", "More units accepted than were sent ({sent})."


class ReceivedExceedsSent(Refusal):
    """An inspection finds more units of a line in the parcel than the case is about."""

    kind, code = Kind.INVALID, "received_exceeds_sent"
    zh, en = "收到数量超过售后数量（{most}）。", "More units received than the case is about ({most})."


class AcceptedExceedsReceived(Refusal):
    """An inspection accepts more units of a line than it has found in the parcel."""

    kind, code = Kind.INVALID, "accepted_exceeds_received"
    zh, en = "验收数量超过收到数量（{received}）。", "More units accepted than were received ({received})."


class ReceivedContradictsReason(Refusal):
    """The reason says that nothing else was in the parcel, and the units that were received say otherwise."""

    kind, code = Kind.INVALID, "received_contradicts_reason"
    zh, en = (
        "原因为空包裹（empty_return）时，除验收通过的 {most} 件外不能有收到的商品。",
        "With the reason empty_return, nothing was received but what is accepted ({most}).",
    )


class RefuseReasonUnused(Refusal):
    """A line of which all units are accepted has a reason for refusing some."""

    kind, code = Kind.INVALID, "refuse_reason_unused"
    zh, en = (
        "该商品已全部接受，不需要拒收原因。",
        "All units of this line are accepted, so none was refused for a reason.",
    )


class ReasonRequired(Refusal):
    """An inspection accepts nothing and names no reason."""

    kind, code = Kind.INVALID, "reason_required"
    zh, en = "全部不接受时必须给出原因。", "Accepting nothing needs a reason."
