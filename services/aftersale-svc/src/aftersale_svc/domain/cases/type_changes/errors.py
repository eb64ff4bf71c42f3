"""Refusals of a change of type."""

from aftercare_chassis.refusals import Kind, Refusal


class TypeUnchanged(Refusal):
    """The case has this type already."""

    kind, code = Kind.INVALID, "type_unchanged"
    zh, en = "售后单已经是此类型。", "The case is one of this type already."


class TypeOrdered(Refusal):
    """A verdict, or a settlement, has decided how the case goes on."""

    kind, code = Kind.CONFLICT, "type_ordered"
    zh = "裁决或和解已决定该售后单如何进行，不能再更改售后类型。"
    en = "A verdict or a settlement has decided how the case goes on; its type cannot be changed any more."


class TypeChangedTooOften(Refusal):
    """The type of a case is changed a few times at most, so that the merchant need not review it for ever."""

    kind, code = Kind.CONFLICT, "type_changed_too_often"
    zh, en = "售后类型已更改 {times} 次，不能再更改。", "The type was changed {times} times, which is the most."
