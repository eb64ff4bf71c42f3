"""What a case of a batch is refused with, besides the refusals of its own command."""

from aftercare_chassis.refusals import Kind, Refusal


class DecisionFailed(Refusal):
    """The case could not be decided by a fault of ours; the other cases of the batch are."""

    kind, code = Kind.UNAVAILABLE, "decision_failed"
    zh = "该售后单处理失败，未作任何更改；请单独重试。"
    en = "This case could not be decided, and nothing of it has changed; try it again on its own."
