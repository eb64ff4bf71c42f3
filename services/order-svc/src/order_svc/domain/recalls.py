"""Which parcels of a shipped order are called back when a party cancels it, and what can be done where none is."""

from collections.abc import Sequence

from order_svc.domain import fulfilment
from order_svc.domain.cases import Case
from order_svc.domain.intercepts.model import Intercept, InterceptPurpose, InterceptState
from order_svc.domain.tracking import Parcel, ParcelLine


def to_call_back(
    parcels: Sequence[Parcel],
    known: Sequence[Intercept],
    contents: Sequence[ParcelLine] = (),
    cases: Sequence[Case] = (),
) -> list[Parcel]:
    """Those of the parcels that are under way whose courier can be asked to bring them back: it was not yet, and has not refused it.

    Not those for which a case has sent other goods: the buyer has these, and no money goes back for what comes back.
    """
    asked = {each.parcel_id for each in known if each.ended_at is None or _is_refused(each)}
    left = [each for each in parcels if each.is_awaited and each.id not in asked]
    return [each for each in left if not _replaced(each, parcels, contents, cases)]


def _replaced(parcel: Parcel, parcels: Sequence[Parcel], contents: Sequence[ParcelLine], cases: Sequence[Case]) -> bool:
    units = sum(each.quantity for each in contents if each.parcel_id == parcel.id)
    return units > 0 and fulfilment.sent_again(parcel, parcels, contents, cases).total() == units


def being_called_back(parcels: Sequence[Parcel], known: Sequence[Intercept]) -> Intercept | None:
    """The first open intercept of a parcel that is under way; None where no courier has one to answer."""
    moving = {each.id for each in parcels if each.is_awaited}
    return next((each for each in known if each.parcel_id in moving and each.ended_at is None), None)


def _is_refused(intercept: Intercept) -> bool:
    return intercept.purpose is InterceptPurpose.RETURN_TO_SENDER and intercept.state is InterceptState.REFUSED
