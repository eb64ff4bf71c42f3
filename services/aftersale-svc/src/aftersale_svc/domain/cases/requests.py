"""What people say about a case: what is asked for, and what an inspection found."""

from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import CaseType, Reason, RejectReason, Term


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one unit that the applicant of a price adjustment names, in minor units of these currencies."""

    reference_minor: int
    checked_minor: int
    currencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that the case is about, and what the buyer wants in exchange, if they say so. `lone_price` is the field of a price that is
    named without the other one."""

    line_id: str
    quantity: int
    prices: Prices | None = None
    sku: str | None = None
    variant: str | None = None
    lone_price: str | None = None

    @property
    def difference_minor(self) -> int:
        """What a price adjustment of these units asks for."""
        return (self.prices.reference_minor - self.prices.checked_minor) * self.quantity if self.prices else 0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for when a case is opened. `parcel_id` is the parcel that was refused at the door, as the applicant names it or the courier reports it,
    `reapplication_of` the rejected case
    in whose place it is asked for, `asked_in` the term in which that was asked for, and `asked_late` whether that was after the window.
    """

    order_id: str
    type: CaseType
    reason: Reason
    description: str | None
    lines: list[Wanted]
    evidence: list[str]
    parcel_id: str | None = None
    reapplication_of: str | None = None
    asked_in: Term | None = None
    asked_late: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspection found of one line: how many units are accepted, their condition, why the others are not, photos.

    `received` is how many units were in the parcel; None where that is not said.
    """

    line_id: str
    accepted: int
    grade: str | None = None
    refuse_reason: RejectReason | None = None
    photos: tuple[str, ...] = ()
    received: int | None = None
