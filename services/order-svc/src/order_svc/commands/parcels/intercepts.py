"""Intercepts of parcels: requested by a party, and passed on and answered as the merchant or an agent records it."""

import secrets
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import InterceptRefused, InterceptRequested, InterceptSubmitted, digest
from aftercare_events.catalogue.intercepts import InterceptEndCause

from order_svc.commands.parcels import parcel_intercepts, parcels
from order_svc.commands.record import intercept_fields
from order_svc.commands.shipping import shipping_queue
from order_svc.domain import policy as orders
from order_svc.domain.intercepts import policy
from order_svc.domain.intercepts.lifecycle import INTERCEPT, InterceptAction
from order_svc.domain.intercepts.model import FeePayer, Intercept, InterceptAddress, InterceptPurpose
from order_svc.domain.model import Address, Amount
from order_svc.domain.shipping import policy as shipping
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingSubject, ShippingVerb
from order_svc.domain.shipping.errors import ShippingAccountMissing
from order_svc.domain.tracking import INTERCEPTED, Parcel, ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPT_ADDRESSES, INTERCEPTS, OPEN_INTERCEPT
from order_svc.tables.orders import ORDER_TO_LOCK
from order_svc.tables.parcels import PARCELS
from order_svc.tables.shipping import ACCOUNTS_OF_MERCHANT


async def request(
    tx: Transaction[Settings],
    parcel_id: str,
    *,
    purpose: InterceptPurpose,
    address: Address | None = None,
    reason: str | None = None,
) -> Intercept:
    """Ask for a parcel on its way to the buyer to go back, or to another address. Until the courier has granted it nothing changes.
    `reason` is a code of the caller.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ParcelNotUnderWay, InterceptOpen: see `policy.check`.
        AddressMissing, AddressNotNeeded: see `policy.check_address`.
    """
    policy.check_address(purpose, given=address is not None)
    parcel = await tx.get(PARCELS, parcel_id)
    await tx.lock_all(ORDER_TO_LOCK, order_id=parcel.order_id)  # before its parcels, as in every command
    parcel = await tx.lock(PARCELS, parcel_id)
    return await request_locked(tx, parcel, purpose=purpose, address=address, reason=reason)


async def request_locked(
    tx: Transaction[Settings],
    parcel: Parcel,
    *,
    purpose: InterceptPurpose,
    address: Address | None = None,
    reason: str | None = None,
) -> Intercept:
    """Ask for an intercept of the locked parcel of a locked order. Raises: ParcelNotUnderWay, InterceptOpen: see `policy.check`."""
    known = await tx.one(OPEN_INTERCEPT, parcel_id=parcel.id)
    policy.check(parcel, known)
    intercept = INTERCEPT.start(_new(tx, parcel, purpose, reason), tx)
    kept = None if address is None else _kept(intercept.id, address)
    hashed = None if address is None or kept is None else digest(orders.address_text(replace(address, salt=kept.salt)))
    saved = await tx.create(
        INTERCEPTS,
        intercept,
        InterceptRequested(
            **intercept_fields(tx, intercept),
            reason=reason,
            deadline_at=intercept.deadline_at,
            address_hash=hashed,
        ),
    )
    if kept is not None:
        await tx.insert(INTERCEPT_ADDRESSES, kept)
    if await account_for(tx, saved) is not None:
        await shipping_queue.call(tx, ShippingSubject.INTERCEPT, saved.id, ShippingVerb.INTERCEPT)
    return saved


async def account_for(tx: Transaction[Settings], intercept: Intercept) -> ShippingAccount | None:
    """The merchant's account through which the courier can be asked; None: a person asks it."""
    accounts = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=intercept.merchant_id)
    try:
        return shipping.account_for(
            [each for each in accounts if shipping.can_intercept(each)], intercept.carrier, None
        )
    except ShippingAccountMissing:
        return None


def _new(tx: Transaction[Settings], parcel: Parcel, purpose: InterceptPurpose, reason: str | None) -> Intercept:
    return Intercept(
        id=tx.new_id("icpt"),
        version=0,
        order_id=parcel.order_id,
        parcel_id=parcel.id,
        buyer_id=parcel.buyer_id,
        merchant_id=parcel.merchant_id,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        purpose=purpose,
        state=INTERCEPT.initial,
        requested_by=tx.actor.role,
        reason=reason,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _kept(intercept_id: str, address: Address) -> InterceptAddress:
    return InterceptAddress(
        intercept_id=intercept_id,
        salt=secrets.token_hex(16),
        name=address.name,
        phone=address.phone,
        country=address.country,
        province=address.province,
        city=address.city,
        district=address.district,
        street=address.street,
        postal_code=address.postal_code,
    )


async def withdraw(tx: Transaction[Settings], intercept_id: str) -> Intercept:
    """Take back a request that is not with the courier.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see INTERCEPT.
    """
    intercept = await _locked(tx, intercept_id)
    withdrawn = INTERCEPT.apply(intercept, InterceptAction.WITHDRAW, tx)
    return await parcel_intercepts.end(tx, withdrawn, InterceptEndCause.WITHDRAWN)


async def submit(tx: Transaction[Settings], intercept_id: str, *, reference: str | None = None) -> Intercept:
    """Record that the request is with the courier, under its own reference. Its time to answer starts again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see INTERCEPT.
    """
    submitted = INTERCEPT.apply(await _locked(tx, intercept_id), InterceptAction.SUBMIT, tx)
    return await save_submitted(tx, replace(submitted, reference=reference))


async def save_submitted(tx: Transaction[Settings], submitted: Intercept) -> Intercept:
    """Save an intercept that is with the courier."""
    submitted = replace(submitted, refusal=None)
    event = InterceptSubmitted(
        **intercept_fields(tx, submitted), reference=submitted.reference, deadline_at=submitted.deadline_at
    )
    return await tx.save(INTERCEPTS, submitted, event)


async def grant(
    tx: Transaction[Settings],
    intercept_id: str,
    *,
    reference: str | None = None,
    fee: Amount | None = None,
    fee_payer: FeePayer = FeePayer.MERCHANT,
) -> Intercept:
    """Record that the courier will do it. A parcel that goes back is `returning` from now on, and aftersale-svc opens a case about its
    units.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see INTERCEPT.
    """
    intercept = await _locked(tx, intercept_id)
    granted = replace(
        INTERCEPT.apply(intercept, InterceptAction.GRANT, tx),
        reference=reference or intercept.reference,
        fee_minor=fee.minor if fee else None,
        currency=fee.currency if fee else None,
        fee_payer=fee_payer if fee else None,
    )
    saved = await parcel_intercepts.grant(tx, granted)
    if granted.purpose is InterceptPurpose.RETURN_TO_SENDER:
        await _turn_round(tx, granted)
    return saved


async def _turn_round(tx: Transaction[Settings], intercept: Intercept) -> None:
    """The parcels in this box go back, as a scan of the courier would say; those that it sends later stand beside it."""
    scan = Scan(
        key=f"intercept-{intercept.id}",
        status=ParcelStatus.RETURNING,
        occurred_at=tx.now,
        reason=INTERCEPTED,
    )
    await parcels.apply_scans(tx, ParcelKey(carrier=intercept.carrier, waybill_no=intercept.waybill_no), [scan])


async def refuse(tx: Transaction[Settings], intercept_id: str, *, refusal: str) -> Intercept:
    """Record that the courier will not do it, for this reason as a code; the parcel goes on to the buyer, who may refuse it at the door.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see INTERCEPT.
    """
    refused = INTERCEPT.apply(await _locked(tx, intercept_id), InterceptAction.REFUSE, tx)
    return await save_refused(tx, refused, refusal)


async def save_refused(tx: Transaction[Settings], refused: Intercept, refusal: str) -> Intercept:
    """Save an intercept that its courier has refused."""
    refused = replace(refused, refusal=refusal, ended_at=tx.now)
    return await tx.save(INTERCEPTS, refused, InterceptRefused(**intercept_fields(tx, refused), refusal=refusal))


async def _locked(tx: Transaction[Settings], intercept_id: str) -> Intercept:
    """The intercept, locked after its order and before its parcel is."""
    found = await tx.get(INTERCEPTS, intercept_id)
    await tx.lock_all(ORDER_TO_LOCK, order_id=found.order_id)
    return await tx.lock(INTERCEPTS, intercept_id)
