"""What happens around the cases of the random histories: the order goes on, refunds end, parcels arrive, time passes."""

from datetime import timedelta
from random import Random
from typing import Any

from aftercare_chassis.testing.clocks import START
from aftercare_events import Event, ParcelStatusChanged, RefundFailed, RefundRequested, RefundShare, RefundSucceeded
from aftersale_shop import Shop
from random_invariants import DOCUMENTS
from random_shop import DEPOSIT_MINOR, FEE, LINES, PAYMENTS

ENDED = {"completed", "closed", "cancelled", "executed", "settled", "withdrawn"}
STAGES = ("paid", "shipped", "delivered", "received", "completed")
PARCELS = """
SELECT CASE c.type WHEN 'refused_delivery' THEN 'outbound' ELSE 'return' END AS leg, c.id AS case_id, r.carrier, r.waybill_no
  FROM returns r JOIN cases c ON c.id = r.case_id WHERE r.waybill_no IS NOT NULL
UNION ALL SELECT 'exchange', case_id, carrier, waybill_no FROM replacements WHERE waybill_no IS NOT NULL
UNION ALL SELECT 'refused_goods', case_id, carrier, waybill_no FROM refused_goods_claims WHERE waybill_no IS NOT NULL
"""
BOOKED = "SELECT min(begins_at) FROM pickups WHERE state = 'booked' AND begins_at > $1"
STATUSES = ("in_transit",) * 4 + ("delivered",) * 6 + ("exception", "returning", "returned", "lost")
STATUSES_BACK = ("returning", "returned", "returned", "lost")
TERMINAL = {"delivered", "returned", "lost"}
Parcel = tuple[Any, ...]
"""A row of PARCELS."""


class World:
    """One order, and everybody who does not call the service."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.stage, self.complaints, self.in_two = shop, "paid", 0, False
        self.settled: set[str] = set()
        self.arrived: set[Parcel] = set()

    async def documents(self) -> list[dict[str, Any]]:
        return [dict(each) for each in await self.shop.harness.runtime.pool.fetch(DOCUMENTS)]

    async def newest(self, kind: str) -> dict[str, Any]:
        """The document of this kind that was opened last."""
        return max((each for each in await self.documents() if each["kind"] == kind), key=lambda each: each["id"])

    async def is_paid(self, draw: Random) -> None:
        """The order is paid, in one payment or in two."""
        await self.shop.created(lines=LINES, fee=FEE)
        self.in_two = draw.random() < 0.5
        more: dict[str, Any] = {"payments": PAYMENTS} if self.in_two else {}
        await self.shop.payment(lines=LINES, fee=FEE, **more)

    async def the_order_goes_on(self, draw: Random) -> None:
        """It is shipped, delivered, received, and completed once its time is over and nothing is open."""
        shop, now = self.shop, self.shop.clock.now()
        match self.stage:
            case "paid":
                await shop.leaves({line.line_id: line.quantity for line in LINES})
            case "shipped":
                await shop.arrives()
            case "delivered":
                await shop.received(now + timedelta(days=draw.choice([1, 15, 60])))
            case "received":
                if any(each["kind"] == "cases" and each["state"] not in ENDED for each in await self.documents()):
                    return
                await shop.completed()
            case _:
                return
        self.stage = STAGES[STAGES.index(self.stage) + 1]

    async def the_order_is_cancelled(self, draw: Random) -> None:
        await self.shop.cancelled()

    async def a_refund_ends(self, draw: Random) -> None:
        asked = await self.shop.published(RefundRequested)
        waiting = [each for each in asked if each.refund_id not in self.settled]
        if waiting:
            request = draw.choice(waiting)
            self.settled.add(request.refund_id)
            way = draw.random()
            if way < 0.6:
                result: Event = RefundSucceeded(**self.shop._refund(request, "succeeded"))
            else:
                result = self.failed(request, draw.randrange(1, DEPOSIT_MINOR) if self.in_two and way < 0.8 else 0)
            envelope = await self.shop.harness.consume(result)
            if draw.random() < 0.2:
                await self.shop.harness.deliver(envelope)

    def failed(self, request: RefundRequested, back_minor: int) -> RefundFailed:
        """The refund fails; the share of the first payment, of this amount, was paid, where it is less than all."""
        refused = {**self.shop._refund(request, "failed"), "failure_code": "declined"}
        if not 0 < back_minor < request.amount_minor:
            return RefundFailed(**refused)
        paid = PAYMENTS[0]
        share = RefundShare(
            share_id=request.refund_id,
            payment_id=paid.payment_id,
            provider=paid.provider,
            method=paid.method,
            amount_minor=back_minor,
        )
        return RefundFailed(**refused, succeeded_minor=back_minor, shares=(share,))

    async def refunds_end(self, paid: bool) -> None:
        """Those whose result is not known yet."""
        for request in await self.shop.published(RefundRequested):
            if request.refund_id not in self.settled:
                self.settled.add(request.refund_id)
                await (self.shop.refund_succeeds if paid else self.shop.refund_fails)(request)

    async def a_parcel_is_reported(self, draw: Random) -> None:
        """The courier reports a parcel that has not arrived."""
        if waiting := await self.parcels():
            parcel = draw.choice(waiting)
            await self.report(parcel, draw.choice(STATUSES_BACK if parcel[0] == "outbound" else STATUSES))

    async def a_report_is_out_of_order(self, draw: Random) -> None:
        """A courier reports again what has arrived, as something that is on its way, or a parcel that nobody has named."""
        unknown = [("return", each["id"], "sf", "SF0") for each in await self.documents() if each["kind"] == "cases"]
        if found := [*sorted(self.arrived, key=str), *unknown]:
            await self.report(draw.choice(found), draw.choice(("in_transit", "delivered")))

    async def parcels_arrive(self) -> set[str]:
        """All that are on their way; the cases that goods come back for."""
        found = await self.parcels()
        for parcel in found:
            await self.report(parcel, "returned" if parcel[0] == "outbound" else "delivered")
        return {parcel[1] for parcel in found if parcel[0] == "return"}

    async def parcels(self) -> list[Parcel]:
        """Those that have not arrived."""
        found = [tuple(each) for each in await self.shop.harness.runtime.pool.fetch(PARCELS)]
        return [each for each in found if each not in self.arrived]

    async def report(self, parcel: Parcel, status: str) -> None:
        """A courier reports a parcel."""
        leg, case_id, carrier, waybill_no = parcel
        if leg == "outbound":
            case_id = None
        if status in TERMINAL:
            self.arrived.add(parcel)
        event = ParcelStatusChanged(
            **self.shop._order("ord_1", "system", status),
            parcel_id="par_1" if case_id is None else f"par_{case_id}_{waybill_no}",
            case_id=case_id,
            leg=leg,
            carrier=carrier,
            waybill_no=waybill_no,
            status=status,
            previous_status="in_transit",
            terminal=status in TERMINAL,
            occurred_at=self.shop.clock.now(),
        )
        await self.shop.harness.consume(event)

    async def a_complaint(self, draw: Random) -> None:
        cases = [each for each in await self.documents() if each["kind"] == "cases"]
        if cases:
            self.complaints += 1
            await self.shop.complaint(draw.choice(cases)["id"], f"cmp_{self.complaints}")

    async def time_passes(self, draw: Random) -> None:
        """Some hours, or until a courier comes for goods."""
        now = self.shop.clock.now()
        if now < START + timedelta(days=150):  # the tokens last for a year
            booked = await self.shop.harness.runtime.pool.fetchval(BOOKED, now)
            hours = draw.choice([1, 1, 1, 1, 12, 12, 50, 50, 80, 24 * 8])
            wait = booked - now if booked and draw.random() < 0.7 else timedelta(hours=hours)
            await self.passes(wait + timedelta(minutes=1))

    async def passes(self, time: timedelta) -> None:
        """Time passes, and what is due happens."""
        self.shop.clock.advance(seconds=time.total_seconds())
        await self.shop.harness.run_due()
