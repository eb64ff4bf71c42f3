"""Operators who refund what is owed of several payments of one order at the same time."""

import asyncio

DECLINED = "sim_refund_declined"


async def owed(shop):
    """An order of which a unit was cancelled, and both shares of whose refund were declined; the paths to refund its payments."""
    order = await shop.place()
    payments = []
    for amount in (20000, 9500):
        body = {"payment_method": DECLINED, "amount": {"amount": amount, "currency": "CNY"}}
        payments.append((await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)).json()["id"])
        await shop.settle()
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    response = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={"lines": lines})
    assert response.status_code == 200, response.text
    await shop.settle()
    return [f"/v1/payments/{each}/refund-remainder" for each in payments]


async def refunded_by_operators(shop):
    return await shop.h.runtime.pool.fetchval("SELECT sum(amount_minor)::int FROM refunds WHERE cause = 'operator'")


async def test_two_operators_refund_what_is_owed_once(shop):
    paths = await owed(shop)
    operators = [shop.h.client("agent", f"agent-{number}") for number in range(8)]
    tries = [who.post(paths[number % 2]) for number, who in enumerate(operators)]
    answers = await asyncio.gather(*tries)
    assert {each.status_code for each in answers} == {200, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {
        "not_refundable",
        "nothing_to_refund",
    }
    assert await refunded_by_operators(shop) == 9566


async def test_what_was_refunded_from_another_payment_is_not_owed(shop):
    older, newer = await owed(shop)
    operator = shop.h.client("agent", "agent-1")
    assert (await operator.post(older)).status_code == 200
    shop.problem(await operator.post(newer), 409, "not_refundable")
    assert await refunded_by_operators(shop) == 9566


async def test_the_condition_of_the_request_is_about_the_payment(shop):
    path, _ = await owed(shop)
    operator = shop.h.client("agent", "agent-1")
    version = (await operator.get(path.removesuffix("/refund-remainder"))).json()["version"]
    stale = {"If-Match": f'"v{version + 1}"'}
    shop.problem(await operator.post(path, headers=stale), 412, "stale_version")
    assert (await operator.post(path, headers={"If-Match": f'"v{version}"'})).status_code == 200
