"""Which parcel a claim is about, by whose fault, and how much may be claimed."""

from collections.abc import Iterable, Mapping, Sequence

from aftersale_svc.domain.cases.codes import Liable, Reason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import RequestedLine
from aftersale_svc.domain.cases.reasons import REASONS
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.shares import accepted_share, cumulative_share, worth_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.courier_claims.codes import CourierClaimCause, ParcelLeg
from aftersale_svc.domain.courier_claims.errors import (
    CaseClaimed,
    ClaimExceedsValue,
    NothingClaimed,
    ParcelClaimed,
    ParcelUnclear,
    ParcelUnknown,
)
from aftersale_svc.domain.courier_claims.model import ClaimedParcel, ClaimRequest, CourierClaim, ParcelUnits

CAUSES: Mapping[Reason, CourierClaimCause] = {
    Reason.LOST_IN_TRANSIT: CourierClaimCause.LOST,
    Reason.DAMAGED_IN_TRANSIT: CourierClaimCause.DAMAGED,
    Reason.DELIVERED_NOT_RECEIVED: CourierClaimCause.NOT_RECEIVED,
}
"""What happened to the parcel, by the reason of a case."""


def cause_of(full: FullCase) -> CourierClaimCause | None:
    """What the courier is liable for by the reason of the case; None where it is not."""
    case = full.case
    if REASONS[case.reason].liable is not Liable.COURIER or TYPES[case.type].is_question:
        return None
    return CAUSES.get(case.reason)


def reasons_of(cause: CourierClaimCause) -> list[Reason]:
    """The reasons of cases about this cause."""
    return [reason for reason, known in CAUSES.items() if known is cause]


def to_file(claim: CourierClaim, filed_minor: int, worth_minor: int) -> int:
    """What is claimed for a parcel where nobody names an amount: what other claims on the cause leave of the worth of the units.

    Units of a line that is in several parcels are in one of them. `filed_minor` is what other claims about parcels to the buyer have
    filed, `worth_minor` what was paid for the units of the cases.

    Raises:
        CaseClaimed: nothing is left.
    """
    if claim.leg is not ParcelLeg.OUTBOUND or not filed_minor:
        return claim.claimed_minor
    left = min(claim.claimed_minor, worth_minor - filed_minor)
    if left <= 0:
        raise CaseClaimed()
    return left


def outbound_parcels(
    full: FullCase, units: Iterable[ParcelUnits], others: Iterable[RequestedLine] = ()
) -> list[ClaimedParcel]:
    """The parcels to the buyer that carry units of the case's lines, in the order of their ids. `others` are lines of other cases, whose
    units are at stake as well.
    """
    by_parcel: dict[str, list[ParcelUnits]] = {}
    for each in units:
        by_parcel.setdefault(each.parcel_id, []).append(each)
    lines: dict[str, list[RequestedLine]] = {}
    for line in (*full.requested, *others):
        lines.setdefault(line.line_id, []).append(line)
    own = {line.line_id for line in full.requested}
    return [
        _outbound(content, lines)
        for _, content in sorted(by_parcel.items())
        if any(each.line_id in own for each in content)
    ]


def _outbound(content: Sequence[ParcelUnits], lines: Mapping[str, Sequence[RequestedLine]]) -> ClaimedParcel:
    value = sum(cumulative_share(each.paid_minor, each.line_units, each.quantity) for each in content)
    stake = sum(_stake(each, lines.get(each.line_id, ())) for each in content)
    first = content[0]
    return ClaimedParcel(first.parcel_id, ParcelLeg.OUTBOUND, first.carrier, first.waybill_no, value, stake)


def _stake(content: ParcelUnits, lines: Sequence[RequestedLine]) -> int:
    """The shares of the units of a line that may be in the parcel, each unit once."""
    left, minor = content.quantity, 0
    for line in lines:
        units = min(left, line.quantity)
        left, minor = left - units, minor + accepted_share(line, units)
    return minor


def own_parcel(full: FullCase, leg: ParcelLeg, cause: CourierClaimCause) -> ClaimedParcel | None:
    """The parcel of the case itself, with its goods or their replacement; None where nothing was sent.

    Of a return that came short, the units that are missing are at stake, or, where it was damaged, the others.
    """
    if leg is ParcelLeg.REFUSED_GOODS:
        return _with_refused_goods(full)
    known = full.return_ if leg is ParcelLeg.RETURN else full.replacement
    if known is None or known.carrier is None or known.waybill_no is None:
        return None
    requested = full.case.requested_minor
    stake = _stake_of_return(full, cause) if leg is ParcelLeg.RETURN else requested
    return ClaimedParcel(None, leg, known.carrier, known.waybill_no, requested, stake)


def _stake_of_return(full: FullCase, cause: CourierClaimCause) -> int:
    requested, missing = full.case.requested_minor, worth_of(full.requested, full.not_received)
    if missing in (0, requested):
        return requested
    return requested - missing if cause is CourierClaimCause.DAMAGED else missing


def _with_refused_goods(full: FullCase) -> ClaimedParcel | None:
    """The parcel that refused goods were sent back in last."""
    sent = [each for each in full.rows_of(OwedGoods) if each.waybill_no is not None and each.carrier is not None]
    last = max(sent, key=lambda each: each.id, default=None)
    if last is None:
        return None
    return ClaimedParcel(
        None, ParcelLeg.REFUSED_GOODS, last.carrier or "", last.waybill_no or "", last.claimed_minor, last.claimed_minor
    )


def chosen_parcel(full: FullCase, units: Iterable[ParcelUnits], request: ClaimRequest) -> ClaimedParcel:
    """The parcel that a claim opened by hand is about.

    Raises:
        ParcelUnknown: the case has no such parcel.
        ParcelUnclear: none is named, and the case has several, or none.
    """
    if request.leg is not ParcelLeg.OUTBOUND:
        own = own_parcel(full, request.leg, request.cause)
        if own is None:
            raise ParcelUnknown(pointer="/leg", allowed=[])
        return own
    found = outbound_parcels(full, units)
    allowed = [each.parcel_id or "" for each in found]
    if request.parcel_id is None:
        if len(found) != 1:
            raise ParcelUnclear(pointer="/parcel_id", allowed=allowed)
        return found[0]
    named = [each for each in found if each.parcel_id == request.parcel_id]
    if not named:
        raise ParcelUnknown(pointer="/parcel_id", allowed=allowed)
    return named[0]


def at_stake(parcel: ClaimedParcel) -> int:
    """What is claimed where nobody names an amount: the share of the case's units, at most what the parcel is worth."""
    return min(parcel.stake_minor, parcel.value_minor)


def check_left(amount_minor: int | None, wanted_minor: int, taken_minor: int, value_minor: int, currency: str) -> int:
    """What is claimed for a parcel of this value, of which other claims have taken a part; what is `wanted` where no amount is named.

    Raises:
        ParcelClaimed: nothing is left, or less than the amount.
    """
    left = max(0, value_minor - taken_minor)
    amount = min(wanted_minor, left) if amount_minor is None else amount_minor
    if taken_minor and (not left or left < amount <= value_minor):
        raise ParcelClaimed(left_minor=left, currency=currency)
    return amount


def check_claimed(amount_minor: int, currency: str | None, value_minor: int, own_currency: str) -> int:
    """What is claimed for a parcel of this value. Raises: CurrencyForeign, NothingClaimed, ClaimExceedsValue."""
    return check_amount(
        amount_minor, currency, value_minor, own_currency, missing=NothingClaimed, exceeds=ClaimExceedsValue
    )
