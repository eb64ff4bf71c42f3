"""Restrictions of buyers, merchants and articles: what they do to new orders, their end, and the review of an agent."""

import asyncio
from datetime import timedelta

import pytest
from aftercare_chassis.sentences import DEFAULT_ZONE
from aftercare_events import OrderCancelled, OrderCreated, SanctionImposed, SanctionLifted
from aftercare_events.catalogue.order_reviews import OrderReviewed
from order_svc.commands.orders import restrictions


def sanction(shop, kind=SanctionImposed, **stated):
    facts = {"affected_party": "buyer-1", "applicant": "platform", "handler": "agent-1", "result": "imposed"}
    given = {"subject_id": "buyer-1", "subject_type": "buyer", "kind": "order_ban", "reason": "too_many_complaints"}
    return kind(**facts, time=shop.h.clock.now(), **{**given, "orders": "refuse", "sanction_id": "sanc_1", **stated})


async def impose(shop, **stated):
    await shop.h.consume(sanction(shop, **stated))


async def place(shop, kettles, **other):
    return await shop.seller.post("/v1/orders", json=kettles(**other))


@pytest.fixture
def agent(shop):
    return shop.h.client("agent", "agent-1")


SUBJECTS = [
    {},
    {"subject_type": None},
    {"subject_id": "m-1", "subject_type": "merchant"},
    {"subject_id": "m-1", "subject_type": None},
    {"subject_id": "m-1", "subject_type": "sku", "sku": "KETTLE-1"},
]
OTHERS = [
    {"subject_id": "buyer-2"},
    {"subject_id": "buyer-1", "subject_type": "merchant"},
    {"subject_id": "m-1", "subject_type": "buyer"},
    {"subject_id": "m-1", "subject_type": "sku", "sku": "CUP-1"},
    {"subject_id": "m-2", "subject_type": "sku", "sku": "KETTLE-1"},
    {"orders": None},
]


@pytest.mark.parametrize("number", range(len(SUBJECTS)))
async def test_a_restricted_subject_gets_no_new_order_and_the_reason(shop, kettles, number):
    until = shop.h.clock.now() + timedelta(days=3)
    await impose(shop, **SUBJECTS[number], expires_at=until)
    problem = shop.problem(await place(shop, kettles), 409, "ordering_restricted")
    assert (problem["reason"], problem["restriction_id"]) == ("too_many_complaints", "sanc_1")
    assert problem["until"].startswith(until.date().isoformat())
    english = await shop.seller.post("/v1/orders", json=kettles(), headers={"accept-language": "en"})
    assert (
        f"until {until.astimezone(DEFAULT_ZONE):%Y-%m-%d %H:%M:%S} Asia/Shanghai. To object" in english.json()["detail"]
    )
    assert "sanc_1" in english.json()["detail"]
    assert "如有异议" in problem["detail"]
    assert await shop.events(OrderCreated) == []


async def test_a_restriction_without_an_end_is_one_until_further_notice(shop, kettles):
    await impose(shop, subject_type=None, expires_at=None)
    english = await shop.seller.post("/v1/orders", json=kettles(), headers={"accept-language": "en"})
    assert english.json()["detail"].startswith(
        "New orders are restricted (account) because of too_many_complaints, until further notice."
    )


@pytest.mark.parametrize("number", range(len(OTHERS)))
async def test_it_concerns_nobody_else(shop, kettles, number):
    await impose(shop, **OTHERS[number])
    order = await shop.place()
    assert (order["review"], order["whose_turn"]) == (None, "buyer")


@pytest.mark.parametrize("named", [True, False])
async def test_it_ends_when_it_is_lifted_and_when_it_expires(shop, kettles, named):
    stated = {} if named else {"sanction_id": None}
    await impose(shop, **stated)
    await impose(shop, **stated)
    await shop.h.consume(sanction(shop, SanctionLifted, **stated))
    assert (await place(shop, kettles)).status_code == 201
    await impose(shop, **{**stated, "expires_at": shop.h.clock.now() + timedelta(hours=1)})
    shop.problem(await place(shop, kettles), 409, "ordering_restricted")
    shop.h.clock.advance(hours=2)
    assert (await place(shop, kettles)).status_code == 201


async def test_an_order_in_review_is_paid_once_an_agent_has_approved_it(shop, agent):
    await impose(shop, orders="review")
    order = await shop.place()
    assert (order["review"], order["review_reason"], order["whose_turn"]) == ("pending", "too_many_complaints", "agent")
    (created,) = await shop.events(OrderCreated)
    assert (created.in_review, created.review_reason) == (True, "too_many_complaints")
    assert [each["id"] for each in (await agent.get("/v1/orders?whose_turn=agent")).json()["data"]] == [order["id"]]
    body = {"provider": "simulator", "payment_method": "sim_success"}
    shop.problem(await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body), 409, "order_in_review")
    shop.problem(await shop.seller.post(f"/v1/orders/{order['id']}/approve"), 403, "forbidden")
    shop.h.clock.advance(hours=23)
    await shop.h.run_due()
    approved = (await agent.post(f"/v1/orders/{order['id']}/approve")).json()
    assert (approved["review"], approved["whose_turn"]) == ("approved", "buyer")
    shop.problem(await agent.post(f"/v1/orders/{order['id']}/approve"), 409, "order_not_in_review")
    (reviewed,) = await shop.events(OrderReviewed)
    assert (reviewed.approved, reviewed.restriction_id) == (True, "sanc_1")
    assert reviewed.deadline_at == shop.h.clock.now() + timedelta(hours=0.5)
    await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"


@pytest.mark.parametrize(
    "party", [("buyer-1", None), ("m-1", None), ("staff-7", "m-1")], ids=["buyer", "merchant", "employee"]
)
async def test_no_party_reviews_its_own_order(shop, party):
    await impose(shop, orders="review")
    order = await shop.place()
    staff = shop.h.client("agent", *party)
    for action in ("approve", "reject"):
        shop.problem(await staff.post(f"/v1/orders/{order['id']}/{action}"), 409, "party_cannot_decide")
    shown = (await staff.get(f"/v1/orders/{order['id']}")).json()["allowed_actions"]
    assert {each["why_not"] for each in shown if each["action"] in ("approve", "reject")} == {"party_cannot_decide"}
    assert (await shop.order(order["id"]))["review"] == "pending"


async def test_an_order_that_is_rejected_is_cancelled_with_the_reason(shop, agent):
    await impose(shop, orders="review")
    order = await shop.place()
    rejected = (await agent.post(f"/v1/orders/{order['id']}/reject")).json()
    assert (rejected["state"], rejected["cancel_cause"], rejected["review"]) == (
        "cancelled",
        "review_rejected",
        "rejected",
    )
    assert [each.approved for each in await shop.events(OrderReviewed)] == [False]
    assert [each.cause for each in await shop.events(OrderCancelled)] == ["review_rejected"]


async def test_an_order_that_nobody_reviews_is_cancelled_and_the_buyer_may_cancel_before(shop):
    await impose(shop, orders="review")
    first, second = await shop.place(payment_minutes=600), await shop.place()
    assert (await shop.buyer.post(f"/v1/orders/{second['id']}/cancel")).json()["cancel_cause"] == "buyer"
    shop.h.clock.advance(hours=25)
    await shop.h.run_due()
    assert (await shop.order(first["id"]))["cancel_cause"] == "review_timeout"


async def test_an_order_waits_for_a_restriction_that_is_imposed_at_the_same_time(shop, kettles):
    async with shop.h.runtime.transaction() as tx:
        await restrictions.imposed(tx, sanction(shop))
        placing = asyncio.create_task(place(shop, kettles))
        await tx.flush()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(60):
            while not await shop.h.runtime.pool.fetchval(waiting):
                pass
        assert not placing.done()
    shop.problem(await placing, 409, "ordering_restricted")


async def test_they_are_listed_for_the_platform_with_filters(shop, agent):
    await impose(shop)
    await impose(shop, sanction_id="sanc_2", subject_id="m-1", subject_type="sku", sku="CUP-1", orders="review")
    await shop.h.consume(sanction(shop, SanctionLifted))
    found = (await agent.get("/v1/restrictions")).json()["data"]
    assert [(each["id"], each["in_force"]) for each in found] == [("sanc_2", True), ("sanc_1", False)]
    skus = (await agent.get("/v1/restrictions", params={"subject_type": "sku", "orders": "review"})).json()["data"]
    assert [each["sku"] for each in skus] == ["CUP-1"]
    for other in (shop.buyer, shop.seller):
        shop.problem(await other.get("/v1/restrictions"), 403, "forbidden")
