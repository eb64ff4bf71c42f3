"""A refund that is made from several payments: the rows of its shares, and the state of the whole, which follows from theirs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from order_svc.domain.payments.model import IN_FLIGHT, Refund, RefundState


@dataclass(frozen=True, slots=True)
class SharedRefund:
    """A refund by its shares, in the order in which they were made. A share that was declined may be followed by others in its place."""

    shares: Sequence[Refund]

    @property
    def amount_minor(self) -> int:
        """What the whole of it gives back, in minor units."""
        return self.shares[0].whole_minor or 0

    @property
    def succeeded(self) -> Sequence[Refund]:
        """The shares that have given money back."""
        return [each for each in self.shares if each.state is RefundState.SUCCEEDED]

    @property
    def succeeded_minor(self) -> int:
        """What of it is back, in minor units."""
        return sum(each.amount_minor for each in self.succeeded)

    @property
    def state(self) -> RefundState:
        """In flight while one of its shares is; it has succeeded when all of it is back, and failed when nothing more will come back."""
        for state in (RefundState.UNKNOWN, RefundState.SUBMITTED, RefundState.CREATED):
            if any(each.state is state for each in self.shares):
                return state
        return RefundState.SUCCEEDED if self.succeeded_minor == self.amount_minor else RefundState.FAILED

    @property
    def to_query(self) -> Sequence[Refund]:
        """The shares that are with the provider; where none is, the last one, which the table refuses to query."""
        submitted = (RefundState.SUBMITTED, RefundState.UNKNOWN)
        return [each for each in self.shares if each.state in submitted] or self.shares[-1:]

    @property
    def is_in_flight(self) -> bool:
        """Whether a share of it has no result yet."""
        return self.state in IN_FLIGHT

    def with_share(self, share: Refund) -> "SharedRefund":
        """The refund with this share as it is now."""
        return SharedRefund([share if each.id == share.id else each for each in self.shares])


def borne_before(of_case: Iterable[Refund]) -> Counter[str]:
    """Who bears how much, in minor units, of what refunds of a case have given back that have failed as a whole, after the last one that
    has succeeded: what the next one does not give back again."""
    wholes: dict[str, list[Refund]] = {}
    for each in sorted(of_case, key=lambda refund: (refund.created_at, len(refund.id), refund.id)):
        wholes.setdefault(each.refund_id, []).append(each)
    borne = Counter[str]()
    for rows in wholes.values():
        succeeded = [each for each in rows if each.state is RefundState.SUCCEEDED]
        if succeeded and SharedRefund(list(map(as_shares, rows))).state is RefundState.SUCCEEDED:
            borne.clear()
            continue
        for share in succeeded:
            borne.update({each["bearer"]: each["amount_minor"] for each in share.borne or ()})
    return borne


def share_id(refund_id: str, number: int) -> str:
    """The id of a share by its number from 1, for ever: the provider's idempotency key. The first one has that of the refund."""
    return refund_id if number == 1 else f"{refund_id}_{number}"


def as_shares(whole: Refund) -> Refund:
    """A refund that was made from one payment, as the first of several shares."""
    return whole if whole.share_of is not None else replace(whole, share_of=whole.id, whole_minor=whole.amount_minor)
