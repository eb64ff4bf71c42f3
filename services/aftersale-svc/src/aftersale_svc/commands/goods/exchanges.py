"""The price of an exchange, what the buyer pays for it, and refused goods that go back to the buyer."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ChargeAgreed, RefusedGoodsReturned, ReplacementPriced

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.goods import refused_goods, refused_goods_openings, waybills
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.charges.errors import ChargeChanged
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.errors import WaybillUnchanged
from aftersale_svc.domain.cases.exchanges.model import Price, RefusedGoods
from aftersale_svc.domain.cases.exchanges.policy import priced
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, of
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.refused_goods.errors import RefusedGoodsNotInTransit
from aftersale_svc.domain.cases.refused_goods.policy import in_transit
from aftersale_svc.domain.cases.waybills import Receiver
from aftersale_svc.settings import Settings


async def price(
    tx: Transaction[Settings], case_id: str, *, prices: Sequence[Price], note: str | None = None
) -> FullCase:
    """Name what another article costs that the buyer wants in exchange, until the buyer has agreed to a difference.

    The buyer has the whole time to agree to each price; the time of the merchant to send it goes on.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingElseWanted, ChargeAgreed: see CASE.
        LineUnknown, LineTwice, NothingElseWanted, PriceCurrencyForeign, PriceTooHigh: see `priced`.
    """
    full = await locking.case(tx, case_id)
    apply(full, CaseAction.PRICE_REPLACEMENT, tx)  # a refusal of the table comes before those of the prices
    after = apply(priced(full, prices, "/prices"), CaseAction.PRICE_REPLACEMENT, tx)
    facts = CaseFacts(full=after)
    turns = {after.case.whose_turn, of(after.case).whose_turn(after.case, facts)}
    if after.case.state is CaseState.AWAIT_RESHIP and "buyer" in turns:
        after = replace(after, case=of(after.case).enter_again(after.case, tx, facts))
    return await effects.save(tx, full, after, CaseAction.PRICE_REPLACEMENT, priced_event(tx, after), note=note)


def priced_event(tx: Transaction[Settings], full: FullCase) -> ReplacementPriced:
    """The event, with what is owed or goes back in minor units."""
    difference = full.case.difference_minor or 0
    return ReplacementPriced(
        **case_fields(tx, full.case),
        owed_minor=max(difference, 0),
        credit_minor=max(-difference, 0),
        currency=full.case.currency,
        deadline_at=full.case.deadline_at,
    )


async def agree(
    tx: Transaction[Settings], case_id: str, *, seen: tuple[int, str] | None = None, note: str | None = None
) -> FullCase:
    """Agree as the buyer to pay what is owed; `seen` is the amount that they agree to, in minor units, and its currency.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingOwed, ChargeAgreed: see CASE.
        ChargeChanged: another amount is owed than they have seen.
    """
    full = await locking.case(tx, case_id)
    apply(full, CaseAction.AGREE_CHARGE, tx)
    charge = replace(full.charge or Charge(case_id=case_id, amount_minor=0), agreed_at=tx.now)
    if seen not in (None, (charge.amount_minor, full.case.currency)):
        raise ChargeChanged(pointer="/amount", amount_minor=charge.amount_minor, currency=full.case.currency)
    # The time of the merchant begins now, so the turn is judged by what was agreed.
    agreed = replace(full, case=replace(full.case, difference_minor=charge.amount_minor)).keeping(charge)
    agreed = replace(agreed, case=of(full.case).enter_again(agreed.case, tx, CaseFacts(full=agreed)))
    event = ChargeAgreed(
        **case_fields(tx, agreed.case),
        owed_minor=charge.amount_minor,
        currency=full.case.currency,
        deadline_at=agreed.case.deadline_at,
    )
    return await effects.save(tx, full, agreed, CaseAction.AGREE_CHARGE, event, note=note)


async def return_refused(
    tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str, note: str | None = None
) -> FullCase:
    """Record that the refused goods were sent back to the buyer: as the merchant, or as an agent in its place.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingRefused: see CASE.
        DeadlinePassed, ClaimPartyCannotDecide: see `refused_goods.send`.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    sent = apply(full, CaseAction.RETURN_REFUSED_GOODS, tx)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.BUYER)
    waiting = full.owed_goods  # cases of earlier builds have none
    claim = await (
        refused_goods_openings.open_(tx, full) if waiting is None else refused_goods.STEPS.locked(tx, waiting.id)
    )
    claim = await refused_goods.send(tx, claim, carrier=carrier, waybill_no=waybill_no, note=note)
    parcel = RefusedGoods(case_id=case_id, carrier=carrier, waybill_no=waybill_no, sent_at=tx.now)
    event = RefusedGoodsReturned(
        **case_fields(tx, sent.case), carrier=carrier, waybill_no=waybill_no, lines=refused_goods.shipped(claim)
    )
    after = sent.keeping(parcel).owing(refused_goods_openings.owed_of(claim))
    return await effects.save(tx, full, after, CaseAction.RETURN_REFUSED_GOODS, event, note=note)


async def correct_refused_waybill(
    tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str
) -> FullCase:
    """Replace a wrong waybill of the refused goods, as the merchant or an agent; order-svc follows this one instead.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefusedGoodsNotInTransit, RefusedGoodsAlreadyScanned: see CASE.
        ClaimPartyCannotDecide: see `refused_goods.correct_waybill`.
        WaybillUnchanged: it is the waybill that the goods have.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    corrected = apply(full, CaseAction.CORRECT_REFUSED_GOODS_WAYBILL, tx)
    before = in_transit(full)
    if before is None:
        raise RefusedGoodsNotInTransit
    if (carrier, waybill_no) == (before.carrier, before.waybill_no):
        raise WaybillUnchanged(pointer="/waybill_no", waybill_no=waybill_no)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.BUYER)
    claim = await refused_goods.STEPS.locked(tx, before.id)
    claim = await refused_goods.correct_waybill(tx, claim, carrier=carrier, waybill_no=waybill_no)
    event = RefusedGoodsReturned(
        **case_fields(tx, corrected.case),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=refused_goods.shipped(claim),
        previous_carrier=before.carrier,
        previous_waybill_no=before.waybill_no,
    )
    [parcel] = full.rows_of(RefusedGoods)
    after = corrected.keeping(replace(parcel, carrier=carrier, waybill_no=waybill_no))
    after = after.owing(refused_goods_openings.owed_of(claim))
    return await effects.save(tx, full, after, CaseAction.CORRECT_REFUSED_GOODS_WAYBILL, event)
