"""How often units of a line may be asked for again."""

from aftercare_chassis.refusals import Kind, Refusal

MOST_REAPPLICATIONS = 5
"""So often units of a line may be asked for again after a rejection."""


class ReappliedTooOften(Refusal):
    """Requests for this line were rejected too often."""

    kind, code = Kind.CONFLICT, "reapplied_too_often"
    zh, en = (
        "该商品的申请已被拒绝 {times} 次，不能再次申请。",
        "Requests for this line were rejected {times} times already.",
    )
