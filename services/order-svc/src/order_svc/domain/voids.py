"""Voiding 作废: the shipment of a parcel is given up before its courier has it, and its units are with the merchant again."""

from collections import Counter
from dataclasses import replace

from aftercare_chassis.refusals import Kind, Refusal

from order_svc.domain.cases import CaseState
from order_svc.domain.fulfilment import Fulfilment, outbound, refunded_after_leaving, sent_again
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.order_ways import OrderWay
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelStatus, is_scanned


class ParcelScanned(Refusal):
    """A courier has the parcel."""

    kind, code = Kind.CONFLICT, "parcel_scanned"
    zh = "快递已揽收该包裹，不能作废；如需退回请申请拦截。"
    en = "The courier has the parcel: it cannot be voided any more. Request an intercept to have it sent back."


class ParcelNotVoidable(Refusal):
    """The parcel does not carry an order to its buyer, or has ended, or its order is over."""

    kind, code = Kind.CONFLICT, "parcel_not_voidable"
    zh = "只有已发货订单中尚未揽收的发货包裹可以作废；该包裹不符合。"
    en = "Only a parcel of a shipped order, on its way to the buyer, that no courier has had can be voided."


class ParcelClaimed(Refusal):
    """A case decides about units of the parcel, or has sent others for them: shipped again, the buyer would have them twice."""

    kind, code = Kind.CONFLICT, "parcel_claimed"
    zh = "该包裹中的商品有进行中的售后，或已为其补发，不能作废。"
    en = "A case about goods in the parcel is open, or others were sent for them: it cannot be voided."


def check(order: Order, parcel: Parcel, located: Fulfilment) -> None:
    """Refuse to void a parcel that a courier has, or that does not carry a shipped order to its buyer, or that a case decides about.

    One that its courier has cancelled before it was collected can be voided.

    Raises:
        ParcelScanned: a courier has it, and can be asked to bring it back.
        ParcelNotVoidable, ParcelClaimed: see there.
    """
    is_sent = parcel.leg is ParcelLeg.OUTBOUND and order.state is OrderState.SHIPPED and parcel.withdrawn_at is None
    if is_sent and is_scanned(parcel.status) and parcel.is_awaited:
        raise ParcelScanned(ways=(OrderWay.REQUEST_INTERCEPT,))
    if not is_sent or parcel.status not in (ParcelStatus.PENDING, ParcelStatus.CANCELLED):
        raise ParcelNotVoidable
    if is_claimed(parcel, located):
        raise ParcelClaimed


def is_claimed(parcel: Parcel, located: Fulfilment) -> bool:
    """Whether a case decides about units of the parcel, or has sent others for them."""
    again = sent_again(parcel, located.parcels, located.contents, located.cases)
    return bool(again) or _decided_by_cases(parcel, located)


def _decided_by_cases(parcel: Parcel, located: Fulfilment) -> bool:
    """Whether open cases by which goods go somewhere are about more units of its lines than have arrived."""
    going = {case.id for case in located.cases if case.state is CaseState.OPEN and case.keeps_goods is False}
    arrived = {each.id for each in outbound(located.parcels) if each.status is ParcelStatus.DELIVERED}
    claimed = Counter[str]()
    for unit in located.case_lines:
        claimed[unit.line_id] += unit.quantity if unit.case_id in going else 0
    for each in located.contents:
        claimed[each.line_id] -= each.quantity if each.parcel_id in arrived else 0
    return any(claimed[each.line_id] > 0 for each in located.contents if each.parcel_id == parcel.id)


def unship(located: Fulfilment, parcel: Parcel) -> OrderUnits:
    """The units after those of a voided parcel are with the merchant again.

    Those that cases have refunded are withdrawn, and never shipped. A case does not say in which parcel its units were: they were in those
    that have ended, as far as these had so many.
    """
    content = [each for each in located.contents if each.parcel_id == parcel.id]
    back = Counter({each.line_id: each.quantity for each in content})
    lines = {line.id: replace(line, shipped_quantity=line.shipped_quantity - back[line.id]) for line in located.lines}
    refunded = _refunded_of_parcels_under_way(located, parcel)
    case_lines = []
    for each in located.case_lines:
        own = each.refunded_quantity - each.withdrawn_quantity
        taken = max(0, min(own, refunded[each.line_id], back[each.line_id]))
        back[each.line_id] -= taken
        refunded[each.line_id] -= taken
        line = lines[each.line_id]
        lines[line.id] = replace(line, withdrawn_quantity=line.withdrawn_quantity + taken)
        case_lines.append(replace(each, withdrawn_quantity=each.withdrawn_quantity + taken))
    return OrderUnits(lines=list(lines.values()), cases=located.cases, case_lines=case_lines)


def _refunded_of_parcels_under_way(located: Fulfilment, voided: Parcel) -> Counter[str]:
    """The refunded units that had left, by line, without as many as were in other parcels that have ended."""
    ended = {each.id for each in outbound(located.parcels) if each.terminal and each.id != voided.id}
    refunded = refunded_after_leaving(located.case_lines)
    for each in located.contents:
        refunded[each.line_id] -= each.quantity if each.parcel_id in ended else 0
    return refunded
