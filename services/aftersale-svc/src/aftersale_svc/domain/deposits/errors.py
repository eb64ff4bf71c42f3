"""Refusals of what people book on a deposit."""

from aftercare_chassis.refusals import Kind, Refusal


class DepositInsufficient(Refusal):
    """More is to be taken from a deposit than is on it, and not reserved for claims that are to be paid."""

    kind, code = Kind.CONFLICT, "deposit_insufficient"
    zh = "保证金可用余额为 {available:money}（不含待赔付的金额），不足 {amount:money}。"
    en = "The deposit has {available:money} besides what claims are to be paid, which is less than {amount:money}."


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
