"""Refusals of what people do in a fast exchange."""

from aftercare_chassis.refusals import Kind, Refusal


class FastExchangeNotAllowed(Refusal):
    """The merchant does not send replacements before the goods are back. `allowed` are the types that are possible instead."""

    kind, code = Kind.CONFLICT, "fast_exchange_not_allowed"
    zh = "该商家不支持先换后退，可以申请：{allowed:or 无}。"
    en = "This merchant does not send replacements before the goods are back. Possible are: {allowed:or none}."


class HoldNotAgreed(Refusal):
    """The buyer has not agreed to the hold."""

    kind, code = Kind.CONFLICT, "hold_not_agreed"
    zh, en = "买家尚未同意款项担保，暂不能发货。", "The buyer has not agreed to the hold; nothing is sent before."


class HoldAgreed(Refusal):
    """The buyer agreed to the hold before."""

    kind, code = Kind.CONFLICT, "hold_already_agreed"
    zh, en = "买家已同意款项担保。", "The buyer has agreed to the hold already."


class ReplacementSent(Refusal):
    """The replacement was sent, so that the goods have to come back."""

    kind, code = Kind.CONFLICT, "replacement_already_sent"
    zh, en = "换货商品已寄出。", "The replacement was sent already."


class ReplacementNotSent(Refusal):
    """No replacement was sent, so that nothing is held for it."""

    kind, code = Kind.CONFLICT, "replacement_not_sent"
    zh, en = "换货商品尚未寄出。", "No replacement was sent."


class ReplacementReported(Refusal):
    """The buyer has reported something wrong with the replacement, so that goods that arrive decide nothing."""

    kind, code = Kind.CONFLICT, "replacement_reported"
    zh = "买家已反馈换货商品有问题，由平台客服决定；退货已到的，请登记到货（record-arrival）。"
    en = "The buyer has reported something wrong with the replacement, and an agent decides. If the goods have arrived, record that (record-arrival)."


class ReplacementNotReported(Refusal):
    """The buyer has reported nothing about the replacement: goods that arrive are inspected."""

    kind, code = Kind.CONFLICT, "replacement_not_reported"
    zh = "买家未反馈换货商品有问题；退货已到的，请确认收货（receive）。"
    en = "The buyer has reported nothing about the replacement. If the goods have arrived, confirm that (receive)."


class ClaimGroundsMissing(Refusal):
    """Nobody has reported that the buyer has the replacement, so that a claim of the hold needs words."""

    kind, code = Kind.INVALID, "claim_grounds_missing"
    zh = "尚无记录表明买家已收到换货商品；没收担保款项须在 note 中说明依据。"
    en = "Nobody has reported that the buyer has the replacement; to claim the hold, say in the note why it is claimed."


class GoodsAlreadyReceived(Refusal):
    """The merchant has the goods."""

    kind, code = Kind.CONFLICT, "goods_already_received"
    zh, en = "商家已收到商品。", "The merchant has the goods already."
