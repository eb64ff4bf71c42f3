"""Labels: shipments that are ordered of couriers, given up, and collected at other times."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import PickupWaybillWithdrawn

from order_svc.commands.shipping import shipping_queue
from order_svc.domain import fulfilment, tracking
from order_svc.domain.cases import after_sale_state
from order_svc.domain.fulfilment import Pick
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import AfterSaleState, Order
from order_svc.domain.sales import goods
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingSubject, ShippingVerb
from order_svc.domain.shipping.errors import CaseNotOfOrder, LabelCollected, NoReturnAwaited
from order_svc.domain.shipping.labels import (
    LABEL,
    LabelAction,
    LabelContacts,
    LabelState,
    PickupState,
    ShippingLabel,
)
from order_svc.domain.shipping.model import Contact, CourierName, PickupWindow
from order_svc.domain.shipping.rows import contact_fields, contact_of
from order_svc.domain.tracking import ParcelLeg
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES_OF_ORDER, CASES
from order_svc.tables.orders import ADDRESSES, LINES_OF_ORDER, ORDERS
from order_svc.tables.parcels import PARCELS
from order_svc.tables.shipping import (
    ACCOUNTS_OF_MERCHANT,
    CONTACTS,
    DROP_FILE,
    EXPIRE_CONTACTS,
    LABELS,
    LABELS_OF_WAYBILL,
)


async def order_outbound(
    tx: Transaction[Settings],
    order_id: str,
    *,
    carrier: str,
    courier: CourierName | None,
    picks: Sequence[Pick],
    weight_grams: int,
    pickup: PickupWindow | None,
) -> ShippingLabel:
    """Order the shipment of units of an order. They ship when the courier has assigned the waybill, once.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
        VirtualGoods: see `goods.check_kind`.
        UnknownLine, DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase: see `fulfilment.ship`.
        ShippingAccountMissing, CountryNotServed, PickupTimeInvalid: see `shipping.policy`.
    """
    order = await tx.lock(ORDERS, order_id)
    ORDER.apply(order, OrderAction.SHIP, tx)
    lines = await tx.all(LINES_OF_ORDER, order_id=order_id)
    goods.check_kind(lines, picks, virtual=False)
    held = any(line.held_quantity for line in lines)
    fulfilment.ship(lines, picks, await tx.all(CASE_LINES_OF_ORDER, order_id=order_id) if held else ())
    account = await _account(tx, order, carrier, courier)
    titles = {line.id: line.title for line in lines}
    buyer = contact_of(await tx.get(ADDRESSES, order_id))
    policy.check_served(account.courier, account.contact, buyer)
    label = _label(tx, order, account, ParcelLeg.OUTBOUND, carrier, picks, titles, weight_grams, pickup)
    return await _request(tx, label, sender=account.contact, receiver=buyer)


async def order_return(
    tx: Transaction[Settings],
    order_id: str,
    *,
    case_id: str,
    carrier: str,
    courier: CourierName | None,
    weight_grams: int,
    pickup: PickupWindow | None,
    sender: Contact | None,
) -> ShippingLabel:
    """Order the shipment of what the buyer sends back for a case, from `sender`, or else from the address of the order.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        CaseNotOfOrder: the order has no such case.
        NoReturnAwaited: the case has ended, or its goods stay where they are.
        ShippingAccountMissing, CountryNotServed, PickupTimeInvalid: see `shipping.policy`.
    """
    order = await tx.lock(ORDERS, order_id)
    units = [each for each in await tx.all(CASE_LINES_OF_ORDER, order_id=order_id) if each.case_id == case_id]
    if not units:
        raise CaseNotOfOrder(pointer="/case_id", case_id=case_id)
    case = await tx.get(CASES, case_id)
    if case.keeps_goods or after_sale_state(case) not in (AfterSaleState.IN_AFTER_SALE, AfterSaleState.IN_DISPUTE):
        raise NoReturnAwaited(pointer="/case_id", case_id=case_id)
    picks = [Pick(each.line_id, each.quantity) for each in units]
    lines = await tx.all(LINES_OF_ORDER, order_id=order_id)
    account = await _account(tx, order, carrier, courier)
    titles = {line.id: line.title for line in lines}
    buyer = sender or contact_of(await tx.get(ADDRESSES, order_id))
    policy.check_served(account.courier, account.contact, buyer)
    label = _label(tx, order, account, ParcelLeg.RETURN, carrier, picks, titles, weight_grams, pickup)
    return await _request(tx, replace(label, case_id=case_id), sender=buyer, receiver=account.contact)


async def cancel(tx: Transaction[Settings], label_id: str) -> ShippingLabel:
    """Give up a shipment that is not collected; where the courier knows of it, the courier has to agree.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see LABEL.
        LabelCollected: the courier has the parcel.
    """
    label = await tx.lock(LABELS, label_id)
    given_up = LABEL.apply(label, LabelAction.CANCEL, tx)
    await _check_not_collected(tx, label)
    if given_up.state is LabelState.CANCELLED:
        await shipping_queue.drop(tx, label_id)
        return await save(tx, replace(given_up, settled_at=tx.now))
    return await _ask_to_cancel(tx, given_up)


async def void(tx: Transaction[Settings], label: ShippingLabel, *, cancelled: bool) -> bool:
    """Have the shipment of the locked label given up, whose parcel is to be voided; returns whether it is: where it was given up before, or
    the merchant has `cancelled` it with the courier.

    Raises:
        IllegalTransition, ActionNotAllowed: see LABEL.
    """
    if label.state is LabelState.CANCELLED:
        return True
    if cancelled:
        asked = label if label.state is LabelState.CANCELLING else LABEL.apply(label, LabelAction.VOID, tx)
        ended = LABEL.apply(asked, LabelAction.CONFIRM_CANCEL, SystemContext.of(tx))
        await shipping_queue.drop(tx, label.id)
        await save(tx, replace(ended, settled_at=tx.now, refusal=None, reason=None))
        return True
    asked = LABEL.apply(label, LabelAction.VOID, tx)
    await _ask_to_cancel(tx, asked)
    return False


async def give_up_pickup(tx: Transaction[Settings], event: PickupWaybillWithdrawn) -> None:
    """Nobody collects goods for a case under this waybill: where its shipment was ordered here, the courier is asked to give it up."""
    known = {"case_id": event.case_id, "carrier": event.carrier, "waybill_no": event.waybill_no}
    for label in await tx.lock_all(LABELS_OF_WAYBILL, order_id=event.order_id, **known):
        await drop_pickup(tx, label)


async def drop_pickup(tx: Transaction[Settings], label: ShippingLabel) -> ShippingLabel:
    """Give up a locked shipment that the buyer does not want collected any more; one that the courier has not answered, once it has."""
    if label.state in (LabelState.SUBMITTED, LabelState.UNKNOWN):
        return await save(tx, replace(label, given_up_at=tx.now))
    given_up = LABEL.apply(label, LabelAction.CANCEL, SystemContext.of(tx))
    if given_up.state is LabelState.CANCELLED:
        await shipping_queue.drop(tx, label.id)
        return await save(tx, replace(given_up, settled_at=tx.now))
    return await _ask_to_cancel(tx, given_up)


async def _ask_to_cancel(tx: Transaction[Settings], given_up: ShippingLabel) -> ShippingLabel:
    await shipping_queue.call(tx, ShippingSubject.LABEL, given_up.id, ShippingVerb.CANCEL)
    return await save(tx, replace(given_up, refusal=None, reason=None))


async def move_pickup(tx: Transaction[Settings], label: ShippingLabel, window: PickupWindow) -> ShippingLabel:
    """Have a locked shipment collected at the time that the buyer has booked. One that the courier has not answered is moved once it has."""
    if label.state is LabelState.REQUESTED:
        return await save(tx, replace(label, pickup_begins_at=window.begins_at, pickup_ends_at=window.ends_at))
    if label.state is LabelState.CREATED:
        label = LABEL.apply(label, LabelAction.CHANGE_PICKUP, SystemContext.of(tx))
        await shipping_queue.call(tx, ShippingSubject.LABEL, label.id, ShippingVerb.MOVE_PICKUP)
    return await save(tx, asking_for(label, window))


def asking_for(label: ShippingLabel, window: PickupWindow) -> ShippingLabel:
    """The label whose courier is asked for another time."""
    return replace(
        label,
        pickup_state=PickupState.ASKED,
        asked_begins_at=window.begins_at,
        asked_ends_at=window.ends_at,
        refusal=None,
        reason=None,
    )


async def change_pickup(tx: Transaction[Settings], label_id: str, *, window: PickupWindow) -> ShippingLabel:
    """Have a parcel collected at another time, or at all; the time counts once the courier agrees.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see LABEL.
        PickupTimeInvalid: see `policy.check_pickup`.
        LabelCollected: the courier has the parcel.
    """
    label = await tx.lock(LABELS, label_id)
    changed = LABEL.apply(label, LabelAction.CHANGE_PICKUP, tx)
    policy.check_pickup(window, tx.now)
    await _check_not_collected(tx, label)
    await shipping_queue.call(tx, ShippingSubject.LABEL, label_id, ShippingVerb.MOVE_PICKUP)
    return await save(tx, asking_for(changed, window))


async def give_up(tx: Transaction[Settings], label_id: str) -> ShippingLabel:
    """End a label whose outcome is unknown: the courier has stated that there is no such shipment, or has cancelled it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see LABEL.
    """
    label = await tx.lock(LABELS, label_id)
    failed = LABEL.apply(label, LabelAction.GIVE_UP, tx)
    await shipping_queue.drop(tx, label_id)
    return await save(tx, replace(failed, settled_at=tx.now, refusal="given_up"))


async def save(tx: Transaction[Settings], label: ShippingLabel) -> ShippingLabel:
    """Save a locked label. One that has ended needs nobody's address any more."""
    await tx.upsert(LABELS, label)
    if label.state in (LabelState.FAILED, LabelState.CANCELLED):
        await tx.execute(EXPIRE_CONTACTS, label_id_=label.id, at=tx.now)
        await tx.execute(DROP_FILE, label_id_=label.id)
    return label


async def _account(
    tx: Transaction[Settings], order: Order, carrier: str, courier: CourierName | None
) -> ShippingAccount:
    return policy.account_for(await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=order.merchant_id), carrier, courier)


def _label(
    tx: Transaction[Settings],
    order: Order,
    account: ShippingAccount,
    leg: ParcelLeg,
    carrier: str,
    picks: Sequence[Pick],
    titles: dict[str, str],
    weight_grams: int,
    pickup: PickupWindow | None,
) -> ShippingLabel:
    if pickup is not None:
        policy.check_pickup(pickup, tx.now)
    return ShippingLabel(
        id=tx.new_id("label"),
        order_id=order.id,
        case_id=None,
        merchant_id=order.merchant_id,
        buyer_id=order.buyer_id,
        account_id=account.id,
        leg=leg,
        courier=account.courier,
        carrier=carrier,
        state=LABEL.initial,
        picks=[{"line_id": pick.line_id, "quantity": pick.quantity} for pick in picks],
        goods=policy.goods_named(titles[pick.line_id] for pick in picks),
        weight_grams=weight_grams,
        requested_by=tx.actor.id,
        requested_role=tx.actor.role,
        created_at=tx.now,
        pickup_state=PickupState.NONE if pickup is None else PickupState.ASKED,
        pickup_begins_at=None if pickup is None else pickup.begins_at,
        pickup_ends_at=None if pickup is None else pickup.ends_at,
    )


async def _request(
    tx: Transaction[Settings], label: ShippingLabel, *, sender: Contact, receiver: Contact
) -> ShippingLabel:
    await tx.insert(LABELS, label)
    contacts = LabelContacts(
        label_id=label.id,
        sender=contact_fields(sender),
        receiver=contact_fields(receiver),
        expires_at=tx.now + timedelta(hours=tx.settings.label_hours),
    )
    await tx.insert(CONTACTS, contacts)
    await shipping_queue.call(tx, ShippingSubject.LABEL, label.id, ShippingVerb.CREATE)
    return label


async def _check_not_collected(tx: Transaction[Settings], label: ShippingLabel) -> None:
    if label.parcel_id is not None and tracking.is_scanned((await tx.get(PARCELS, label.parcel_id)).status):
        raise LabelCollected
