"""Refusals of a change of type."""

from aftercare_chassis.refusals import Kind, Refusal


class TypeUnchanged(Refusal):
    """The case has this type already."""

    kind, code = Kind.INVALID, "type_unchanged"
    zh, en = "售后单已经是此类型。", "The case is one of this type already."


class TypeChangedTooOften(Refusal):
    """The type of a case is changed a few times at most, so that the merchant need not review it for ever."""

    kind, code = Kind.CONFLICT, "type_changed_too_often"
    zh, en = "售后类型已更改 {times} 次，不能再更改。", "The type was changed {times} times, which is the most."
