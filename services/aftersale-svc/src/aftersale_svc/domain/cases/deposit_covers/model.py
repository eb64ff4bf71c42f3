"""That no money of a buyer is paid twice: a claim on the merchant's deposit bars every other refund of its case."""

from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.model import Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositCover:
    """A claim on the deposit beside a case that is open or was paid; one is open at a time, and only while a refund of the case has failed.

    `refund_id` is that refund, `state` that of the claim, `owed_minor` what it owes, in minor units of the case's currency, once that is
    decided: all that the refund was to give back, or a part of it.
    """

    id: str
    case_id: str
    state: str
    owed_minor: int | None = None
    refund_id: str | None = None

    @property
    def is_being_paid(self) -> bool:
        """Whether what it owes is being paid outside the suite."""
        return self.state == "paying"

    @property
    def is_paid(self) -> bool:
        """Whether it was paid."""
        return self.state == "paid"


@dataclass(frozen=True, slots=True)
class DepositOfCase:
    """What claims on the deposit pay in the place of the refunds of a case, in minor units of its currency; `refund` is the one decided last."""

    claims: tuple[DepositCover, ...]
    refund: Refund | None

    @property
    def cover(self) -> DepositCover | None:
        """The claim that is open, or the last one, where the deposit has paid all that the failed refund did not; None where neither is so."""
        last = max(self.claims, key=lambda each: (not each.is_paid, each.id), default=None)
        return None if last is not None and last.is_paid and self.missing_minor else last

    @property
    def paid_minor(self) -> int:
        """What was paid, for all refunds of the case."""
        return sum(each.owed_minor or 0 for each in self.claims if each.is_paid)

    @property
    def of_refund_minor(self) -> int:
        """What of the amount of the refund decided last was paid."""
        return self._since_minor + (0 if self.refund is None else self.refund.deposit_minor)

    @property
    def given_in_part_minor(self) -> int:
        """What the buyer has of the refund decided last, while it has not succeeded: by attempts, or from the deposit."""
        return 0 if self.refund is None else self.refund.given_in_part_minor + self._since_minor

    @property
    def refunded_in_part_minor(self) -> int:
        """What the buyer has of it by attempts alone."""
        ended = self.refund is None or self.refund.state is RefundState.SUCCEEDED
        return 0 if ended else self.given_in_part_minor - self.of_refund_minor

    @property
    def missing_minor(self) -> int:
        """What of the refund decided last is still to go back, while it has not succeeded."""
        return 0 if self.refund is None else max(0, self.refund.missing_minor - self._since_minor)

    @property
    def _since_minor(self) -> int:
        """What was paid since the refund decided last has failed."""
        if self.refund is None or self.refund.state is not RefundState.FAILED:
            return 0
        since = (each for each in self.claims if each.is_paid and each.refund_id == self.refund.id)
        return sum(each.owed_minor or 0 for each in since)
