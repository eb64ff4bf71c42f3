"""Every fault of every partner over the real route: the partner's own answer, a row of the log with the reason, and nothing changed.

The figures are those of docs/guarantees.md. A fault that leaves the proof of its sender valid is acknowledged, since partners disable an
endpoint that fails often; it is kept with its reason.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import OrderAdminActionTaken
from aftercare_simulators.couriers import PARTNERS, Fault, Partner, Request, Scan, life, statuses_of, with_fault
from courier_pushes import carrier_of

OTHER_COURIER = "other_courier"
NOT_PROVEN = (Fault.BAD_SIGNATURE, Fault.GZIP, Fault.TOO_LARGE, Fault.WRONG_ENCODING)
NOT_READ = (Fault.CUT_OFF, Fault.BOM, Fault.NESTED, Fault.ENTITY_BOMB, Fault.EXTERNAL_ENTITY)
KINDS: Sequence[str] = (*NOT_PROVEN, *NOT_READ, Fault.UNKNOWN_WAYBILL, OTHER_COURIER, Fault.BACKWARDS)
IN_XML = ("yto", "sf-xml")
REASONS = ("signature_invalid", "signature_missing", "not_a_form", "malformed_signature")


@dataclass
class Target:
    """A delivered parcel of one partner, one of another courier under a number of its own, and the partner's endpoint."""

    desk: Any
    partner: Partner
    parcel: dict[str, Any]
    other: dict[str, Any]
    endpoint: dict[str, Any]
    carrier: str
    made: datetime
    before: Any = None
    outcomes: Counter[str] = field(default_factory=Counter)

    def history(self, waybill_no: str, dice: random.Random) -> list[Scan]:
        """What happened, or might have: it ends at any step of a life, hours and seconds after the hand-over."""
        since = self.made + timedelta(seconds=dice.randrange(86_400))
        scans = life(
            self.partner,
            "delivered",
            waybill_no=waybill_no,
            since=since,
            carrier=self.carrier,
            reference=f"ref-{waybill_no}",
        )
        return list(scans)[: dice.randint(1, len(scans))]

    def push(self, kind: str, number: int, dice: random.Random) -> Request:
        """A push with this fault. Backwards ones are about the parcel that has arrived."""
        secret = self.endpoint["secret"]
        waybill_no = self.other["waybill_no"] if kind == OTHER_COURIER else self.parcel["waybill_no"]
        history = self.history(waybill_no, dice)
        if kind == OTHER_COURIER:
            return self.partner.encode(history, secret)
        fault = Fault(kind)
        if fault is Fault.UNKNOWN_WAYBILL:
            history = [replace(each, waybill_no=f"9{number:013}", reference=f"ref-{number}") for each in history]
        if fault is Fault.BACKWARDS:
            last = replace(history[0], at=self.made + timedelta(days=3, seconds=number))
            return self.partner.encode([last], secret)
        return with_fault(self.partner, history, secret, fault)

    async def post(self, request: Request) -> tuple[bool, int]:
        """Post it; whether the partner takes the response for an acknowledgement."""
        path = self.endpoint["path"].partition("?")[0]  # the simulator of SF has the signed form
        answer = await self.desk.courier.post(path, content=request.body, headers=dict(request.headers))
        assert "problem" not in answer.headers["content-type"]
        return self.partner.is_acknowledged(answer.status_code, answer.content), answer.status_code

    async def state(self) -> Any:
        """What must not change: both parcels without their lists of scans, and every event but those of administrators."""
        shown = [await self.desk.parcel(each) for each in (self.parcel, self.other)]
        kept = [{name: value for name, value in each.items() if name != "events"} for each in shown]
        events = await self.desk.harness.published()
        return kept, sum(not isinstance(each, OrderAdminActionTaken) for each in events)


async def target(desk: Any, name: str, number: int) -> Target:
    """A parcel of this partner that has arrived, and one of another courier that is under way."""
    partner = PARTNERS[name]
    waybill_no, carrier = f"7300000000{number:04}", carrier_of(partner.adapter)
    parcel = await desk.ship(await desk.ordered(), waybill_no, carrier=carrier, reference=f"ref-{waybill_no}")
    other = await desk.ship(await desk.ordered(), f"8{waybill_no}", carrier="ems", reference=f"ref-8{waybill_no}")
    endpoint, made = await desk.endpoint(partner.adapter), desk.harness.clock.now().replace(microsecond=0)
    return Target(desk, partner, parcel, other, endpoint, carrier, made)


async def arrive(each: Target) -> None:
    """It has gone as far as its partner has codes for."""
    for status in statuses_of(each.partner, "delivered"):
        at = each.made + timedelta(hours=40)
        waybill_no = each.parcel["waybill_no"]
        scan = Scan(waybill_no=waybill_no, status=status, at=at, carrier=each.carrier, reference=f"ref-{waybill_no}")
        assert (await each.post(each.partner.encode([scan], each.endpoint["secret"])))[0]


def kinds_of(partner: Partner) -> list[str]:
    """The faults of this partner: a parcel that it cannot deliver is where the newest scan has it, and XML may begin with a BOM."""
    left = {Fault.BACKWARDS} if "delivered" not in partner.codes else set[str]()
    left |= {Fault.BOM} if partner.name in IN_XML else set()
    return [kind for kind in KINDS if kind not in left]


def expected(partner: Partner, kind: str) -> tuple[bool, str | None]:
    """Whether it is acknowledged, and the state of its row in the log; None for one that is too large to be examined."""
    if kind in NOT_PROVEN:
        return False, None if kind == Fault.TOO_LARGE else "refused"
    if partner.name == "sf" and kind in (Fault.ENTITY_BOMB, Fault.EXTERNAL_ENTITY):
        return (
            False,
            "unreadable",
        )  # XML has the acknowledgement of the older format, which who posts JSON does not read
    if kind in NOT_READ:
        return True, "unreadable"
    return True, "waiting" if kind in (Fault.UNKNOWN_WAYBILL, OTHER_COURIER) else "applied"


async def walk(desk: Any, monkeypatch: pytest.MonkeyPatch, times: int, names: Sequence[str]) -> Counter[str]:
    """Post every fault of these partners so many times; how many of each outcome there were."""
    dice, targets = random.Random(7), [await target(desk, name, number) for number, name in enumerate(names)]
    for each in targets:
        if hasattr(each.partner, "now"):
            monkeypatch.setattr(each.partner, "now", desk.harness.clock.now)
    desk.harness.clock.advance(hours=100)
    for each in targets:
        await arrive(each)
    await desk.work()
    for each in targets:
        each.before = await each.state()
    counts: Counter[str] = Counter()
    for number in range(times):
        for each in targets:
            for kind in kinds_of(each.partner):
                acknowledged, _ = await each.post(each.push(kind, number, dice))
                assert acknowledged is expected(each.partner, kind)[0], (each.partner.name, kind)
                counts["acknowledged" if acknowledged else "refused"] += 1
            await desk.work()
    for each in targets:
        assert await each.state() == each.before, each.partner.name
    return counts


@pytest.mark.parametrize("name", PARTNERS)
async def test_each_fault_has_its_answer_and_its_row(desk: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    each = await target(desk, name, 1)
    if hasattr(each.partner, "now"):
        monkeypatch.setattr(each.partner, "now", desk.harness.clock.now)
    desk.harness.clock.advance(hours=100)
    before = await each.state()
    for kind in set(kinds_of(each.partner)) - {Fault.BACKWARDS}:
        each.endpoint, (acknowledges, state) = await desk.endpoint(each.partner.adapter), expected(each.partner, kind)
        acknowledged, status = await each.post(each.push(kind, 1, random.Random(1)))
        await desk.work()
        assert acknowledged is acknowledges, kind
        assert status == 413 if kind == Fault.TOO_LARGE else status in (200, 400, 401), (kind, status)
        rows = await desk.pushes(endpoint_id=each.endpoint["id"])
        assert [row["state"] for row in rows] == ([] if state is None else [state]), kind
        for row in rows:
            assert row["why"] in REASONS if state == "refused" else row["why"], kind
        assert await each.state() == before, kind


async def test_no_fault_of_any_partner_changes_a_parcel(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = await walk(desk, monkeypatch, 2, tuple(PARTNERS))
    assert counts.total() == 2 * sum(len(kinds_of(each)) for each in PARTNERS.values())


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_none_of_ten_thousand_faults_changes_a_parcel(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    times = -(-10_000 // sum(len(kinds_of(each)) for each in PARTNERS.values()))
    counts = await walk(desk, monkeypatch, times, tuple(PARTNERS))
    assert counts.total() >= 10_000
