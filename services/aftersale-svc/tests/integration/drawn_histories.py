"""Histories of cases that are drawn at random, and what each side is shown after each of their steps."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

from aftercare_events import RefundRequested
from aftersale_shop import Shop
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS
from aftersale_svc.domain.cases.states import CaseAction, CaseState
from aftersale_svc.workers.deadlines import remind
from past_views import PastViews
from random_bodies import cny
from random_shop import Routes

ACTORS = ("buyer", "seller", "agent", "second agent", "arbitrator", "second arbitrator")
NEVER = ("cancel", "accept", "reapply", "withdraw", "take", "assign", "release", "take_goods_back")
"""They end a case too soon, or only say who looks at it."""
RARE = ("escalate", "reject", "close", "correct_waybill", "set_return_address", "change_type", "withdraw_offer")
WORLD = {
    "return_in_transit": "a_parcel_is_reported",
    "reship_in_transit": "a_parcel_is_reported",
    "await_pickup": "a_parcel_is_reported",
    "refunding": "the_refund_ends",
}
BEFORE = {"cancel_unshipped": "paid", "refused_delivery": "shipped"}
"""Where an order is when such a case is opened; any other after its receipt."""
REJECTABLE = tuple(
    str(each) for each in CaseType if (CaseState.PENDING_REVIEW, CaseAction.REJECT) in CASE[each].transitions
)
REASONS = {"price_adjust": "price_dropped", "reship_parts": "missing_parts", "refused_delivery": "refused_at_door"}


class History:
    """What happens to one case and its disputes, and what each side is shown after each step."""

    def __init__(self, shop: Shop, case_id: str, seed: int) -> None:
        self.shop, self.path, self.draw = shop, f"/v1/cases/{case_id}", random.Random(seed)
        self.case_id, self.files = case_id, 0
        client = shop.harness.client
        seconds = (client("agent", "agent-2"), client("arbitrator", "arb-2"))
        everybody = (shop.buyer, shop.seller, shop.agent, seconds[0], shop.arbitrator, seconds[1])
        self.people = dict(zip(ACTORS, everybody, strict=True))
        self.routes = Routes.of(shop.harness.service.app)
        self.views = PastViews(shop, case_id, self.people)

    async def go_on(self) -> None:
        """Somebody acts, or the world does."""
        case = await self.shop.get(self.case_id)
        waits_for = WORLD.get(case["state"]) if self.draw.random() < 0.7 else None
        happens: list[Callable[[], Awaitable[object]]] = [
            *(lambda: self.somebody_acts("cases", self.case_id),) * 6,
            *(lambda: self.somebody_acts("disputes", case["dispute_id"]),) * (8 if case["dispute_id"] else 0),
            self.time_passes,
            self.somebody_has_more_time,
            self.a_file_is_announced,
        ]
        await (getattr(self, waits_for) if waits_for else self.draw.choice(happens))()
        assert await self.shop.harness.parked() == []
        await self.views.look()

    async def somebody_acts(self, documents: str, id_: str) -> None:
        """Take one of the actions that somebody is shown as allowed."""
        found = []
        for name in ACTORS:
            shown = (await self.people[name].get(f"/v1/{documents}/{id_}")).json()
            for each in shown["allowed_actions"]:
                known = (documents, each["action"]) in self.routes.by_action
                if each["allowed"] and known and each["action"] not in NEVER:
                    found += [(name, shown, each["action"])] * (1 if each["action"] in RARE else 4)
        if found:
            name, shown, action = self.draw.choice(found)
            _, path, body = self.routes.request(documents, shown, action, self.draw.randrange(1000))
            response = await self.people[name].post(path, json=body)
            assert response.status_code < 500, response.text

    async def a_parcel_is_reported(self) -> None:
        case, status = await self.shop.get(self.case_id), self.draw.choice(["in_transit", "delivered"])
        for way, leg in (("return_parcel", "return"), ("replacement", "exchange")):
            waybill_no = (case.get(way) or {}).get("waybill_no")
            if waybill_no:
                await self.shop.parcel(waybill_no, status, leg=leg, parcel_id=f"par_{self.draw.randrange(10**9)}")

    async def the_refund_ends(self) -> None:
        asked = [each for each in await self.shop.published(RefundRequested) if each.case_id == self.case_id]
        await self.draw.choice([self.shop.refund_succeeds, self.shop.refund_fails])(asked[-1])

    async def time_passes(self) -> None:
        self.shop.clock.advance(hours=self.draw.choice([1, 50, 80]))
        await self.shop.harness.run_due()
        await remind(self.shop.harness.runtime)

    async def somebody_has_more_time(self) -> None:
        entries = (await self.shop.agent.get(f"{self.path}/deadlines")).json()["data"]
        for each in entries:
            if not each.get("ended_at"):
                await self.shop.agent.post(f"/v1/deadlines/{each['id']}/extend", json={"hours": 24})

    async def a_file_is_announced(self) -> None:
        """A side announces a file, which may expire."""
        self.files += 1
        body = {"kind": "photo", "media_type": "image/jpeg", "size": 9, "sha256": f"sha256:{self.files:064x}"}
        client = self.people[self.draw.choice(["buyer", "seller"])]
        assert (await client.post("/v1/evidence", json={**body, "case_id": self.case_id})).status_code == 201


async def rejected_for_good(shop: Shop, asked: dict[str, Any]) -> None:
    """A request that was rejected, which the buyer has accepted."""
    case_id = (await shop.case(**asked))["id"]
    await shop.act(shop.seller, case_id, "reject", reason="reason_untrue")
    shop.clock.advance(seconds=60)
    await shop.act(shop.buyer, case_id, "accept")


async def a_history(shop: Shop, type_: str, seed: int) -> History:
    """A case of this type, and twelve steps of it; each second one is about units that were asked for as often as they may be."""
    await getattr(shop, BEFORE.get(type_, "delivered"))()
    prices = {"reference_price": cny(9000), "checked_price": cny(8000)} if type_ == "price_adjust" else {}
    lines = [{"line_id": "line_1", "quantity": 2, **prices}]
    asked = {"type_": type_, "reason": REASONS.get(type_, "quality_defect"), "lines": lines}
    if seed % 2 and type_ in REJECTABLE:
        for _ in range(MOST_REAPPLICATIONS):
            await rejected_for_good(shop, asked)
    case = await shop.case(**asked)
    history = History(shop, case["id"], seed)
    await history.views.look()
    for _ in range(12):
        await history.go_on()
    shop.clock.advance(hours=1)
    return history
