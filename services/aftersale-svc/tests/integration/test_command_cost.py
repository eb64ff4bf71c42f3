"""Every command of a case, a dispute or a claim takes at most eight statements, counted where they reach the connection."""

import inspect
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.testing import Harness
from aftersale_shop import KETTLE, Shop, done
from aftersale_svc import main
from aftersale_svc.settings import Settings
from command_stories import STORIES, Story
from shop_commands import ShopCommands
from test_cost import counting

MOST = 8
MORE = {
    "confirmDecision": (9, "computes what would be paid by now, before it decides"),
    "acceptSettlement": (12, "locks the proposal as well, and does what a verdict does"),
    "declineGuaranteeClaim": (
        9,
        "locks the order and the case, whose merchant may owe the freight that is not insured",
    ),
    "giveVerdict": (10, "reads the policy in force, the tests and the costs, and moves case and dispute"),
    "grantPriceAdjustment": (
        10,
        "reads what is left of each line before and after it holds the amounts, and may share again",
    ),
    "reapplyCase": (9, "closes a case and opens another one, and reads the files that are cited anew"),
    "recordGuaranteePayment": (9, "locks the order, the case, the claim and the deposit"),
    "replaceVerdict": (11, "does what a verdict does, and enters what the former one has paid too much"),
    "inspectCase": (9, "reads what the order's lines hold before and after it, and the policy in force"),
}
"""The commands that need more: how many, and why."""
ELSEWHERE = {"previewCase", "reportDisputeTest"}
"""One changes nothing; the other needs a report that a worker has checked (`test_lab_tests.py`)."""
DOCUMENTS = (
    *("/v1/cases", "/v1/disputes/{", "/v1/courier-claims/{", "/v1/guarantee-claims/{"),
    "/v1/refused-goods-claims/{",
)
SPENT: dict[str, int] = {}
"""What each command has taken at most, in all stories."""


Post = Callable[[httpx.AsyncClient, str, str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a command: the client, the name of its operation, its path and its body."""


class NamedCommands(ShopCommands):
    """Commands that are sent by `send`, with the names of their operations."""

    def __init__(self, shop: Shop, send: Post, number: int = 1) -> None:
        super().__init__(shop, number)
        self._send, self._routes = send, commands(shop)

    async def post(self, client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
        found = (each for each in self._routes if each.path_regex.match(f"/v1/{path}"))
        return await self._send(client, str(next(found).operation_id), f"/v1/{path}", body)


class Counted(NamedCommands):
    """Commands of which each is noted with the number of its statements."""

    def __init__(self, shop: Shop, seen: list[str], number: int = 1) -> None:
        super().__init__(shop, self._counted, number)
        self._seen = seen

    async def _counted(self, client: httpx.AsyncClient, name: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._seen.clear()
        found = await ShopCommands.post(self, client, path.removeprefix("/v1/"), **body)
        SPENT[name] = max(SPENT.get(name, 0), len(self._seen))
        return found


def commands(shop: Shop) -> list[ApiRoute]:
    """The routes that change a case, a dispute or a claim."""
    routes = [each for each in shop.harness.service.app.routes if isinstance(each, ApiRoute)]
    return [each for each in routes if each.path.startswith(DOCUMENTS) and "POST" in each.methods]


def started(postgres_url: str) -> AbstractAsyncContextManager[Harness[Settings]]:
    """The service with settings that permit every command."""
    return Harness.start(
        main.service,
        postgres_url,
        second_person_above={"CNY": 15000},
        testing_bodies={"lab-1": "?"},
    )


async def shop_of(harness: Harness[Settings], orders: int = 1) -> Shop:
    """A shop with orders of many kettles each."""
    shop = Shop(harness)
    await shop.setting("fast-exchange", allowed=True)
    await shop.setting("return-freight-limits", limits=[{"amount": 1000, "currency": "CNY"}])
    paid_in = {"kind": "paid_in", "amount": {"amount": 10**9, "currency": "CNY"}, "reference": "B-0"}
    done(await shop.harness.client("admin", "admin-1").post("/v1/merchants/m-1/deposit-entries", json=paid_in), 201)
    for number in range(1, orders + 1):
        more = {"line_id": f"line_{number}", "quantity": 60, "paid_minor": 20 * 28700}
        await shop.delivered(f"ord_{number}", (KETTLE.model_copy(update=more),))
    return shop


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with started(postgres_url) as harness:
        yield await shop_of(harness)
        assert harness.runtime.pool.get_size() == 1, "its logger has seen them all"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_no_command_takes_more_than_eight_statements(shop: Shop, story: Story) -> None:
    before = dict(SPENT)
    async with counting(shop) as seen:
        await story(Counted(shop, seen))
    new = {name: number for name, number in SPENT.items() if number != before.get(name)}
    assert {name: number for name, number in new.items() if number > MORE.get(name, (MOST, ""))[0]} == {}, new


async def test_every_command_is_taken_in_a_story(shop: Shop) -> None:
    """By the last part of its path, since the stories run in several processes."""
    texts = "".join(inspect.getsource(sys.modules[name]) for name in {story.__module__ for story in STORIES})
    last_parts = {str(each.operation_id): each.path.rsplit("/", 1)[1] for each in commands(shop)}
    missing = {name for name, part in last_parts.items() if f'"{part}"' not in texts and f"/{part}" not in texts}
    assert missing <= ELSEWHERE | {"createCase"}, missing
