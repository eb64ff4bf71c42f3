"""Random people, couriers, providers and timers act on the cases of one order through the real service: nothing is accepted
that was shown as not allowed, nothing changes by what is refused, units and money are never given twice, and all ends."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.clocks import START
from aftercare_events import RefundRequested
from aftersale_shop import CUP, KETTLE, WAYS, Shop
from aftersale_svc import main
from aftersale_svc.domain.cases.codes import CaseType
from history_queries import LEDGER, OVERDRAWN, REFUNDED, WITHOUT_TURN
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from random_bodies import cny
from random_claims import ClaimRules
from random_shop import DEPOSIT, MERCHANT, PEOPLE, RULES, SETTINGS, Routes
from replayed_cases import ROWS, differences, replayed, stored

T = TypeVar("T")


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


ENDED = ("completed", "closed", "cancelled")
DISPUTES_ENDED = ("executed", "settled", "withdrawn")
NOT_ALLOWED = {"illegal_transition", "action_not_allowed"}
number = st.integers(0, 999)


class Histories(ClaimRules, RuleBasedStateMachine):
    """One order of two lines, and everything that may happen to it."""

    runner: ClassVar[asyncio.Runner]
    shop: ClassVar[Shop]
    routes: ClassVar[Routes]

    def __init__(self) -> None:
        super().__init__()
        self.run(self.shop.harness.reset())
        shop, client = self.shop, self.shop.harness.client
        agents, arbitrators = (shop.agent, client("agent", "agent-2")), (shop.arbitrator, client("arbitrator", "arb-2"))
        everybody = (shop.buyer, shop.seller, *agents, *arbitrators, client("admin", "admin-1"))
        self.people = dict(zip(PEOPLE, everybody, strict=True))
        self.paid = KETTLE.paid_minor + CUP.paid_minor + 800
        self.settled: set[str] = set()
        self.complaints = 0

    def run(self, awaitable: Awaitable[T]) -> T:
        return self.runner.run(_await(awaitable))

    @initialize(state=st.sampled_from(["paid", "shipped", "delivered"]), rules=st.booleans(), refused=st.booleans())
    def an_order(self, state: str, rules: bool, refused: bool) -> None:
        for path, body in MERCHANT.items():
            self.run(self.shop.setting(path, **body))
        assert self.run(self.people["admin"].post("/v1/merchants/m-1/deposit-entries", json=DEPOSIT)).is_success
        self.run(getattr(self.shop, state)(lines=(KETTLE, CUP)))
        if refused and state == "delivered":  # by chance few cases get so far
            case = self.run(self.shop.arrived(2))
            self.run(self.shop.inspect(case["id"], 1))
        if rules:
            assert self.run(self.shop.seller.put("/v1/merchants/m-1/case-rules", json=RULES)).is_success

    # what is there

    def all_of(self, documents: str) -> list[dict[str, Any]]:
        response = self.run(self.shop.agent.get(f"/v1/{documents}", params={"limit": 100}))
        found: list[dict[str, Any]] = response.json()["data"]
        return found

    # what people do

    @rule(
        type_=st.sampled_from(CaseType),
        reason=number,
        role=st.sampled_from(PEOPLE),
        line=st.sampled_from([KETTLE, CUP]),
        units=st.integers(1, 4),
    )
    def open_a_case(self, type_: CaseType, reason: int, role: str, line: Any, units: int) -> None:
        """An option that is shown is accepted, one that is not is refused, by the same code."""
        shown = self.run(self.shop.agent.get("/v1/orders/ord_1/after-sale-options")).json()
        [of_line] = [each for each in shown["lines"] if each["line_id"] == line.line_id]
        [option] = [each for each in of_line["options"] if each["type"] == type_]
        [of_type] = [each for each in shown["types"] if each["type"] == type_]
        of_stage = [each["code"] for group in of_type["reasons"] for each in group["reasons"]]
        reasons = option.get("reasons", of_stage)
        if not reasons:
            assert not option["allowed"]
            return
        prices = {"reference_price": cny(2000), "checked_price": cny(1500)} if type_ is CaseType.PRICE_ADJUST else {}
        lines = [{"line_id": line.line_id, "quantity": units, **prices}]
        asking = self.shop.ask(
            type_=type_, reason=reasons[reason % len(reasons)], lines=lines, client=self.people[role]
        )
        response = self.run(asking)
        self.check(response)
        if response.status_code == 201:
            assert option["allowed"]
            assert units <= option["selectable_quantity"] or type_ == "consult"
        elif not option["allowed"] and units == 1 and response.status_code == 409:
            assert response.json()["code"] == option["why_not"]["code"]
        elif option["allowed"] and units <= option["selectable_quantity"]:
            assert response.status_code == 403, response.text

    @rule(role=st.sampled_from(PEOPLE), case=number, action=number, choice=number, skip=st.booleans())
    def act_on_a_case(self, role: str, case: int, action: int, choice: int, skip: bool) -> None:
        if cases := self.all_of("cases"):
            self.act("cases", cases[case % len(cases)]["id"], role, action, choice, skip)

    @rule(role=st.sampled_from(PEOPLE), dispute=number, action=number, choice=number, skip=st.booleans())
    def act_on_a_dispute(self, role: str, dispute: int, action: int, choice: int, skip: bool) -> None:
        if disputes := self.all_of("disputes"):
            self.act("disputes", disputes[dispute % len(disputes)]["id"], role, action, choice, skip)

    def act(self, documents: str, id_: str, role: str, action: int, choice: int, skip: bool) -> None:
        """Take one of the actions that are shown; `skip` leaves out those that are shown as not allowed."""
        client, path = self.people[role], f"/v1/{documents}/{id_}"
        before = self.run(client.get(path)).json()
        shown = [
            each
            for each in before["allowed_actions"]
            if (documents, each["action"]) in self.routes.by_action and (each["allowed"] or not skip)
        ]
        if not shown:
            return
        chosen = shown[action % len(shown)]
        route, body = self.routes.request(before, chosen["action"], choice)
        answer = self.run(client.post(route, json=body))
        self.check(answer)
        if answer.is_error:
            assert (answer.json()["code"] in NOT_ALLOWED) <= (not chosen["allowed"]), (chosen, answer.json())
            assert self.run(client.get(path)).json() == before, "what is refused changes nothing"
        else:
            assert chosen["allowed"], (chosen, answer.json())

    # what happens elsewhere

    @rule(which=number, succeeds=st.booleans())
    def a_refund_ends(self, which: int, succeeds: bool) -> None:
        asked = self.run(self.shop.published(RefundRequested))
        waiting = [each for each in asked if each.refund_id not in self.settled]
        if waiting:
            request = waiting[which % len(waiting)]
            self.settled.add(request.refund_id)
            self.run((self.shop.refund_succeeds if succeeds else self.shop.refund_fails)(request))

    @rule(status=st.sampled_from(["in_transit", "delivered", "lost"]), leg=st.sampled_from(sorted(WAYS)))
    def a_parcel_is_reported(self, status: str, leg: str) -> None:
        way = WAYS[leg]
        numbers = {case[way]["waybill_no"] for case in self.all_of("cases") if case.get(way)}
        for waybill_no in sorted(filter(None, numbers)):
            self.run(self.shop.parcel(waybill_no, status, leg=leg))

    @rule(which=number)
    def a_complaint(self, which: int) -> None:
        cases = self.all_of("cases")
        if cases:
            self.complaints += 1
            self.run(self.shop.complaint(cases[which % len(cases)]["id"], f"cmp_{self.complaints}"))

    @rule()
    def the_order_is_cancelled(self) -> None:
        self.run(self.shop.cancelled())

    @rule(hours=st.sampled_from([1, 24, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        if self.shop.clock.now() < START + timedelta(days=150):  # the tokens last for a year
            self.shop.clock.advance(hours=hours)
            self.run(self.shop.harness.run_due())

    # what always holds

    def check(self, response: httpx.Response) -> None:
        assert response.status_code < 500, response.text

    @invariant()
    def no_unit_and_no_money_twice(self) -> None:
        pool = self.shop.harness.runtime.pool
        assert self.run(pool.fetch(OVERDRAWN)) == []
        total = "units_minor + freight_minor - restocking_minor - return_freight_minor"
        assert self.run(pool.fetchval(REFUNDED.format(total))) <= self.paid

    @invariant()
    def somebody_has_to_act(self) -> None:
        pool = self.shop.harness.runtime.pool
        assert self.run(pool.fetch(WITHOUT_TURN)) == []
        assert self.run(pool.fetch(LEDGER)) == []
        assert self.run(self.shop.harness.parked()) == []

    def teardown(self) -> None:
        """From wherever the history has led, time and the people at the platform bring everything to an end."""
        another = self.shop.harness.client("arbitrator", "arb-9")
        for _ in range(20):
            self.shop.clock.advance(hours=24 * 8)
            self.run(self.shop.harness.run_due())
            self.a_refund_ends(0, succeeds=False)
            for dispute in self.all_of("disputes"):
                verdict = {"liable": "seller", "remedy": "none", "grounds": "…"}
                path = f"/v1/disputes/{dispute['id']}"
                self.run(self.shop.agent.post(f"{path}/assign", json={"arbitrator_id": "arb-9"}))
                self.run(another.post(f"{path}/confirm-verdict", json={"grounds": "…"}))
                self.run(self.shop.agent.post(f"{path}/assign", json={"arbitrator_id": "arb-1"}))
                self.run(self.shop.arbitrator.post(f"{path}/verdict", json=verdict))
            for case in self.all_of("cases"):
                path = f"/v1/cases/{case['id']}"
                self.run(self.shop.agent.post(f"{path}/assign", json={"agent_id": "agent-1"}))
                self.run(self.shop.agent.post(f"{path}/close", json={"note": "…"}))
                self.run(self.shop.agent.post(f"{path}/release-hold", json={"note": "…"}))
                for person in ("agent", "second agent"):  # whoever has not proposed it
                    self.run(self.people[person].post(f"{path}/confirm-decision", json={}))
            for claim in self.all_of("refused-goods-claims"):
                path = f"/v1/refused-goods-claims/{claim['id']}"
                self.run(self.shop.agent.post(f"{path}/report-lost"))
                self.run(self.shop.agent.post(f"{path}/decline", json={"reason": "goods_worthless", "note": "…"}))
            left = [each for each in self.all_of("cases") if each["state"] not in ENDED]
            left += [each for each in self.all_of("disputes") if each["state"] not in DISPUTES_ENDED]
            left += [each for each in self.all_of("refused-goods-claims") if each["whose_turn"] != "nobody"]
            if not left:
                break
        else:
            raise AssertionError(f"no way out: {[(each['id'], each['state']) for each in left]}")
        self.the_events_say_the_same()

    def the_events_say_the_same(self) -> None:
        """The published events, read from the first one, add up to the rows of all cases, disputes and claims."""
        rows = self.run(self.shop.harness.runtime.pool.fetch(ROWS))
        told = replayed(self.run(self.shop.harness.envelopes()))
        assert told.keys() == {row["id"] for row in rows}
        assert [each for row in rows for each in differences(row["id"], told[row["id"]], stored(row))] == []


@pytest.fixture
def histories(postgres_url: str) -> Iterator[type[Histories]]:
    """The machine on a service that runs."""

    async def started() -> AsyncExitStack:
        stack = AsyncExitStack()
        Histories.shop = Shop(await stack.enter_async_context(Harness.start(main.service, postgres_url, **SETTINGS)))
        for path, body in MERCHANT.items():
            await Histories.shop.setting(path, **body)
        return stack

    with asyncio.Runner() as Histories.runner:
        stack = Histories.runner.run(started())
        Histories.routes = Routes.of(Histories.shop.harness.service.app)
        yield Histories
        Histories.runner.run(stack.aclose())


# To shrink or to explain a failure takes minutes.
OPTIONS = settings(
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    deadline=None,
    database=None,
)


def test_random_histories(histories: type[Histories]) -> None:
    run_state_machine_as_test(histories, settings=settings(OPTIONS, max_examples=8, stateful_step_count=30))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_random_histories(histories: type[Histories]) -> None:
    """At least 10,000 steps."""
    run_state_machine_as_test(
        histories,
        settings=settings(OPTIONS, phases=[Phase.generate, Phase.shrink], max_examples=250, stateful_step_count=60),
    )
