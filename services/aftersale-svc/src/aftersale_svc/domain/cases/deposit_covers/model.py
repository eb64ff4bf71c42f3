"""That no money of a buyer is paid twice: a claim on the merchant's deposit bars every other refund of its case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositCover:
    """The claim on the deposit beside a case that lives or was paid; a case has one at most, and only while a refund of it has failed.

    `state` is that of the claim, `owed_minor` what it owes, in minor units of the case's currency, once that is decided.
    """

    id: str
    case_id: str
    state: str
    owed_minor: int | None = None

    @property
    def is_being_paid(self) -> bool:
        """Whether what it owes is being paid outside the suite."""
        return self.state == "paying"

    @property
    def is_paid(self) -> bool:
        """Whether it was paid."""
        return self.state == "paid"
