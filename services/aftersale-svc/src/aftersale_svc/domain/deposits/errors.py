"""Refusals of what people book on a deposit."""

from aftercare_chassis.refusals import Kind, Refusal


class DepositInsufficient(Refusal):
    """More is to be taken from a deposit than is on it."""

    kind, code = Kind.CONFLICT, "deposit_insufficient"
    zh = "保证金余额为 {balance:money}，不足以支付 {amount:money}。"
    en = "The deposit has {balance:money}, which is less than {amount:money}."


class DepositReferenceUsed(Refusal):
    """Another entry of the deposit has this reference."""

    kind, code = Kind.CONFLICT, "deposit_reference_used"
    zh, en = (
        "该保证金已有此凭证号的另一笔记录（{entry_id}）。",
        "Another entry of this deposit has the reference: {entry_id}.",
    )


class DepositTooLarge(Refusal):
    """More would be on a deposit than any amount may be."""

    kind, code = Kind.INVALID, "deposit_too_large"
    zh, en = "保证金余额最多为 {most:money}。", "A deposit has {most:money} at most."
