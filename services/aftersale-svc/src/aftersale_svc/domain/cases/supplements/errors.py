"""Refusals of supplements."""

from aftercare_chassis.refusals import Kind, Refusal


class SupplementsUsedUp(Refusal):
    """The buyer was asked for more as often as the settings permit."""

    kind, code = Kind.CONFLICT, "supplements_used_up"
    zh, en = (
        "补充材料的次数已用完（最多 {most} 次）。",
        "The buyer was asked for more {most} times, which is the most.",
    )


class SupplementEmpty(Refusal):
    """A supplement has neither evidence nor words."""

    kind, code = Kind.INVALID, "supplement_empty"
    zh, en = "请提供凭证或说明。", "A supplement has evidence, words, or both."
