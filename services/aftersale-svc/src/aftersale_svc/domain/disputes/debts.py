"""What the buyer owes because a replaced verdict had paid too much (R13), and how it is settled: each time by an entry of its own.

Money is in minor units of `currency`; times are aware, UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal


class SettledAs(StrEnum):
    """How a part of the debt was settled: the buyer has paid it back, or need not."""

    REPAID = "repaid"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtEntry:
    """A part of the debt that was settled. It is never changed; `reference` and `evidence` of a payment stay in this database."""

    dispute_id: str
    number: int
    settled_as: SettledAs
    amount_minor: int
    currency: str
    reference: str | None = None
    evidence: list[str]
    recorded_by: str
    recorded_at: datetime


class NoDebt(Refusal):
    """The buyer owes nothing by the verdict."""

    kind, code = Kind.CONFLICT, "no_debt"
    zh, en = "买家没有需要返还的款项。", "The buyer owes nothing by this verdict."


class RepaymentMissing(Refusal):
    """A repayment is above zero."""

    kind, code = Kind.INVALID, "repayment_missing"
    zh, en = "返还金额必须大于零。", "A repayment has to be above zero."


class RepaymentExceedsDebt(Refusal):
    """A repayment is at most what is still owed."""

    kind, code = Kind.INVALID, "repayment_exceeds_debt"
    zh = "返还金额超过买家尚欠的款项（{most_minor:money}）。"
    en = "More than the buyer still owes ({most_minor:money})."


class RepaymentReferenceUsed(Refusal):
    """A repayment of the same debt has this reference: it was recorded already."""

    kind, code = Kind.CONFLICT, "repayment_reference_used"
    zh = "该争议已登记过此凭证号的返还款项（{amount_minor:money}）；另一笔付款请使用它自己的凭证号。"
    en = "A repayment of {amount_minor:money} has this reference already; another payment needs its own."


def check_reference(known: Iterable[DebtEntry], reference: str) -> None:
    """Refuse a reference that an entry of the same debt has. Raises: RepaymentReferenceUsed."""
    for each in known:
        if each.reference == reference:
            raise RepaymentReferenceUsed(pointer="/reference", amount_minor=each.amount_minor, currency=each.currency)
