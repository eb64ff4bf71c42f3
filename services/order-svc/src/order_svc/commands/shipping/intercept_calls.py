"""Intercepts at the courier: sent through its interface where the merchant has an account for that, and what it answers."""

from dataclasses import dataclass, replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext

from order_svc.commands.parcels import destinations, intercepts, parcel_intercepts
from order_svc.commands.shipping import shipping_queue
from order_svc.domain.intercepts.lifecycle import INTERCEPT, InterceptAction
from order_svc.domain.intercepts.model import Intercept, InterceptPurpose, InterceptState
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingCall, ShippingVerb
from order_svc.domain.shipping.rows import contact_of
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    CourierResult,
    InterceptRequest,
)
from order_svc.integrations.couriers.outward.port import InterceptAction as Wanted
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPT_ADDRESSES, INTERCEPTS
from order_svc.tables.orders import ORDER_TO_LOCK

_O = CourierOutcome
_ABOUT_THE_PARCEL = frozenset({CourierRefusal.TOO_LATE, CourierRefusal.ADDRESS_NOT_SERVED})
"""Refusals by which the courier has judged the request; the others are about our account, and a person can ask in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptCall:
    """An intercept as the courier is asked for it. `repeated`: it may have been asked before, without an answer."""

    intercept: Intercept
    account: ShippingAccount
    request: InterceptRequest
    repeated: bool


async def prepare(tx: Transaction[Settings], call: ShippingCall) -> InterceptCall | None:
    """The intercept as it is to be sent, or None where a person has passed it on, or it has ended."""
    intercept = await _locked(tx, call)
    account = await intercepts.account_for(tx, intercept)
    if intercept.state is not InterceptState.REQUESTED or account is None:
        await shipping_queue.end(tx, call)
        return None
    request = await _request(tx, intercept, account)
    repeated = intercept.sent_at is not None
    if not repeated:
        await tx.upsert(INTERCEPTS, replace(intercept, sent_at=tx.now))
    return InterceptCall(intercept=intercept, account=account, request=request, repeated=repeated)


async def _request(tx: Transaction[Settings], intercept: Intercept, account: ShippingAccount) -> InterceptRequest:
    address = await tx.find(INTERCEPT_ADDRESSES, intercept.id)
    return InterceptRequest(
        number=intercept.id.rpartition("_")[2],
        carrier=intercept.carrier,
        waybill_no=intercept.waybill_no,
        action=Wanted.RETURN_TO_SENDER if address is None else Wanted.REDIRECT,
        receiver=account.contact if address is None else contact_of(address),
        phone_end=await destinations.phone_end(tx, intercept.parcel_id, intercept.order_id),
    )


async def close(tx: Transaction[Settings], call: ShippingCall, asked: InterceptCall, result: CourierResult) -> None:
    """Apply what the courier has answered, unless the intercept has moved meanwhile.

    A courier that has taken a change of address has granted it. One that has taken a return grants it by its first scan on the way back,
    since from there on a delivery is one to the sender.
    """
    intercept = await _locked(tx, call)
    if intercept.state is not InterceptState.REQUESTED:
        await shipping_queue.end(tx, call)
        return
    if _is_to_repeat(result):
        certainly_not_sent = result.outcome is not _O.UNKNOWN and not asked.repeated
        await tx.upsert(INTERCEPTS, replace(intercept, sent_at=None) if certainly_not_sent else intercept)
        await shipping_queue.put_off(tx, call, ShippingVerb.INTERCEPT, tx.now + policy.pause(call.attempts))
        return
    await shipping_queue.end(tx, call)
    system = SystemContext.of(tx)
    if result.outcome is _O.DONE and intercept.purpose is InterceptPurpose.CHANGE_ADDRESS:
        await parcel_intercepts.grant(tx, INTERCEPT.apply(intercept, InterceptAction.GRANT, system))
    elif result.outcome is _O.DONE:
        await intercepts.save_submitted(tx, INTERCEPT.apply(intercept, InterceptAction.SUBMIT, system))
    elif result.refusal in _ABOUT_THE_PARCEL and not asked.repeated:
        refused = INTERCEPT.apply(intercept, InterceptAction.REFUSE, system)
        await intercepts.save_refused(tx, refused, str(result.refusal))
    else:
        sent_at = intercept.sent_at if asked.repeated else None
        refusal = str(result.refusal or result.outcome)
        await tx.upsert(INTERCEPTS, replace(intercept, sent_at=sent_at, refusal=refusal))


def _is_to_repeat(result: CourierResult) -> bool:
    return result.outcome in (_O.UNKNOWN, _O.NOT_SENT) or result.refusal is CourierRefusal.RATE_LIMITED


async def _locked(tx: Transaction[Settings], call: ShippingCall) -> Intercept:
    found = await tx.get(INTERCEPTS, call.id)
    await tx.lock_all(ORDER_TO_LOCK, order_id=found.order_id)
    return await tx.lock(INTERCEPTS, call.id)
