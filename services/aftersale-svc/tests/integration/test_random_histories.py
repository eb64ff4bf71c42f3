"""Random people, couriers, providers and timers act on the cases of one order through the real service: nothing is accepted
that was shown as not allowed, nothing changes by what is refused, units and money are never given twice, and all ends."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from random import Random
from typing import Any, ClassVar, TypeVar

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import HASH, Shop
from aftersale_svc import main
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from random_counts import Counts
from random_invariants import ALWAYS, LEFT_OPEN, NOT_RECEIVED, STEPS_OUT_OF_ORDER
from random_shop import SETTINGS, Routes
from random_walk import Walk
from replayed_cases import ROWS, differences, replayed, stored

T = TypeVar("T")
draws = st.randoms(use_true_random=True)
"""Seeds alone, since what can happen next depends on what has happened."""


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


ENDINGS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "disputes": [
        ("agent", "assign", {"arbitrator_id": "arb-3"}),
        ("third arbitrator", "confirm-verdict", {"grounds": "…"}),
        ("agent", "assign", {"arbitrator_id": "arb-1"}),
        ("arbitrator", "verdict", {"liable": "seller", "remedy": "none", "grounds": "…"}),
    ],
    "cases": [
        ("agent", "assign", {"agent_id": "agent-1"}),
        ("agent", "close", {"note": "…"}),
        ("agent", "release-hold", {"note": "…"}),
        ("agent", "confirm-decision", {}),
        ("second agent", "confirm-decision", {}),
        ("second agent", "confirm-offline-refund", {}),
        ("agent", "state-offline-refund", {"method": "cash", "reference": "…", "evidence": [HASH]}),
    ],
    "refused-goods-claims": [
        ("agent", "report-lost", {}),
        ("agent", "decline", {"reason": "goods_worthless", "note": "…"}),
    ],
    "courier-claims": [("agent", "abandon", {})],
    "guarantee-claims": [
        ("agent", "decline", {"reason": "untrue"}),
        ("admin", "record-failure", {"cause": "declined"}),
    ],
}
"""What people at the platform do to end a document of each kind, whoever of them may."""


class Histories(RuleBasedStateMachine):
    """One order of two lines, and everything that may happen to it."""

    runner: ClassVar[asyncio.Runner]
    shop: ClassVar[Shop]
    routes: ClassVar[Routes]
    counts: ClassVar[Counts]

    def __init__(self) -> None:
        super().__init__()
        self.run(self.shop.harness.reset())
        self.pool = self.shop.harness.runtime.pool
        self.walk = Walk(self.shop, self.routes, self.counts)

    def run(self, awaitable: Awaitable[T]) -> T:
        return self.runner.run(_await(awaitable))

    @initialize(draw=draws)
    def an_order(self, draw: Random) -> None:
        self.run(self.walk.begin(draw))

    @rule(draw=draws)
    def something_happens(self, draw: Random) -> None:
        self.run(self.walk.step(draw))

    @invariant()
    def what_always_holds(self) -> None:
        self.run(self.nothing_is_wrong())

    async def nothing_is_wrong(self) -> None:
        for query in ALWAYS:
            assert await self.pool.fetch(query) == [], query
        assert await self.shop.harness.parked() == []

    def teardown(self) -> None:
        """From wherever the history has led, time and the people at the platform bring everything to an end, and so do the goods that
        arrive afterwards.
        """
        self.run(self.all_ends())
        self.run(self.goods_arrive())
        self.what_always_holds()
        self.run(self.all_ends())
        for query in (STEPS_OUT_OF_ORDER, LEFT_OPEN):
            assert self.run(self.pool.fetch(query)) == [], query
        self.the_events_say_the_same()

    async def goods_arrive(self) -> None:
        """What a courier delivers is received, by an agent where a delivery opens no closed case."""
        for row in await self.pool.fetch(NOT_RECEIVED, list(await self.walk.parcels_arrive())):
            ways = [f"/v1/cases/{row['id']}/{action}" for action in ("receive", "record-arrival")]
            answers = [await self.shop.agent.post(path, json={}) for path in ways]
            assert any(each.is_success for each in answers), (row, [each.text for each in answers])

    async def all_ends(self) -> None:
        shop, walk, another = self.shop, self.walk, self.shop.harness.client("arbitrator", "arb-3")
        left: list[dict[str, Any]] = []
        answers: dict[str, str] = {}
        for _ in range(20):
            shop.clock.advance(hours=24 * 8)
            await shop.harness.run_due()
            await walk.refunds_end(paid=False)
            left = [each for each in await walk.documents() if each["whose_turn"] != "nobody"]
            if not left:
                return
            for document in left:
                for person, action, body in ENDINGS[document["kind"]]:
                    path = f"/v1/{document['kind']}/{document['id']}/{action}"
                    answer = await {**walk.people, "third arbitrator": another}[person].post(path, json=body)
                    answers[f"{person} {path}"] = answer.text
        raise AssertionError(f"no way out: {left}, last answers: {answers}")

    def the_events_say_the_same(self) -> None:
        """The published events, read from the first one, add up to the rows of all cases, disputes and claims."""
        rows, envelopes = self.run(self.pool.fetch(ROWS)), self.run(self.shop.harness.envelopes())
        self.counts.saw(envelopes)
        published = replayed(envelopes)
        assert published.keys() == {row["id"] for row in rows}
        assert [each for row in rows for each in differences(row["id"], published[row["id"]], stored(row))] == []


@pytest.fixture
def histories(postgres_url: str) -> Iterator[type[Histories]]:
    """The machine on a service that runs."""

    async def started() -> AsyncExitStack:
        stack = AsyncExitStack()
        Histories.shop = Shop(await stack.enter_async_context(Harness.start(main.service, postgres_url, **SETTINGS)))
        return stack

    with asyncio.Runner() as Histories.runner:
        stack = Histories.runner.run(started())
        Histories.routes, Histories.counts = Routes.of(Histories.shop.harness.service.app), Counts()
        yield Histories
        Histories.runner.run(stack.aclose())


# A seed has no smaller one, and to explain a failure takes minutes.
OPTIONS = settings(
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    deadline=None,
    database=None,
)


def test_random_histories(histories: type[Histories]) -> None:
    """The same histories each time, so that a change of the code alone lets it fail; the long form looks for new ones."""
    short = settings(OPTIONS, derandomize=True, max_examples=8, stateful_step_count=30)
    run_state_machine_as_test(histories, settings=short)
    counts = histories.counts
    assert len({of for of, _ in counts.entered}) >= 8, counts.report()
    assert len(counts.entered) >= 40, counts.report()
    assert len(counts.accepted) >= 30, counts.report()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_random_histories(histories: type[Histories]) -> None:
    """At least 10,000 steps, which take every command and enter every state."""
    run_state_machine_as_test(histories, settings=settings(OPTIONS, max_examples=600, stateful_step_count=60))
    counts = histories.counts
    print(counts.report())
    assert counts.steps.total() >= 10_000
    assert counts.never(histories.routes.commands) == []
