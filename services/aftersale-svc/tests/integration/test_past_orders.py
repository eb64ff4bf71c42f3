"""What other cases held of an order in the past: known of each time, and read in a fixed number of statements."""

from aftersale_shop import Shop
from discounted_lines import CUPS, KETTLES
from past_views import asked_later
from test_cost import counting


async def test_the_past_of_an_order_costs_the_same_however_many_cases_it_has(shop: Shop) -> None:
    await shop.setting("order-discounts", on_return="recalculate")
    many = KETTLES.model_copy(update={"quantity": 12, "paid_minor": 4 * 27900})
    await shop.delivered(lines=(many, CUPS))
    path = f"/v1/cases/{(await shop.case(reason='changed_mind'))['id']}"
    spent = []
    for others in (1, 4):
        for _ in range(others):
            await shop.case(1, reason="changed_mind", type_="refund_only")
        at = shop.clock.now()
        shop.clock.advance(hours=1)
        async with counting(shop) as seen:
            await asked_later(shop.agent, path, at, "buyer")
        spent.append(len(seen))
    assert spent[0] == spent[1]
