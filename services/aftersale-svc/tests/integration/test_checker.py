"""The checker on this service's database: no violation in sound rows, and each one that a test introduces."""

import pytest
from aftercare_checker import cases, database
from aftersale_shop import PAIR, Shop
from test_fast_exchanges import replaced, sent_back
from test_guarantee_claims import DEPOSIT, act, deposited, opened, unpaid


async def violations(shop: Shop) -> list[str]:
    found = [await database.read("aftersale-svc", shop.harness.settings.database_url)]
    return [*cases.settled(found).violations, *cases.ended(found).violations]


async def busy(shop: Shop) -> str:
    """Two units refunded in two cases, one of them by a verdict; the id of that case."""
    await shop.delivered(lines=(PAIR,), fee=700)
    first = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, first["id"], "approve")
    await shop.refund_succeeds()
    case = await shop.rejected(1)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 1700)
    await shop.refund_succeeds()
    return str(case["id"])


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE order_lines SET quantity = 1", "2 of 1 units"),
        ("UPDATE order_lines SET paid_minor = 1999", "2000 of 1999"),
        ("UPDATE orders SET shipping_fee_minor = 699", "freight 700 of 699"),
        (
            "UPDATE holds SET state = 'released' FROM cases WHERE cases.id = case_id AND dispute_id IS NOT NULL",
            "is completed, line_1 released",
        ),
        ("UPDATE disputes SET state = 'executing', refunded_minor = NULL", "its case completed"),
        (
            "UPDATE orders SET state = 'cancelled'; UPDATE cases SET state = 'manual_review', whose_turn = 'agent', "
            "deadline_at = now() WHERE dispute_id IS NOT NULL; UPDATE holds SET state = 'held' FROM cases "
            "WHERE cases.id = case_id AND dispute_id IS NOT NULL",
            "manual_review, its order cancelled",
        ),
    ],
)
async def test_each_violation_is_found_and_no_other(shop: Shop, statement: str, message: str) -> None:
    await busy(shop)
    assert await violations(shop) == []
    await shop.harness.runtime.pool.execute(statement)
    [line] = await violations(shop)
    assert message in line


async def test_units_that_were_exchanged_may_be_refunded_later(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2, type_="exchange", reason="wrong_item")
    await shop.inspect(case["id"], 2)
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, case["id"], "confirm-replacement")
    again = await shop.case(3, type_="refund_only")
    await shop.act(shop.seller, again["id"], "approve")
    await shop.refund_succeeds()
    assert await violations(shop) == []


async def test_what_a_deposit_has_paid_stays_with_the_case_that_is_closed(shop: Shop) -> None:
    await deposited(shop, 20000)
    case_id = await unpaid(shop)
    claim = await opened(shop, case_id, **DEPOSIT)
    await act(shop, claim["id"], "agree", shop.seller)
    finance = shop.harness.client("admin", "finance-1")
    await act(shop, claim["id"], "record-payment", finance, reference="B-1")
    assert await violations(shop) == [], "paid, and open"
    await shop.act(shop.agent, case_id, "close", note="?")
    assert await violations(shop) == []
    await shop.harness.runtime.pool.execute("UPDATE holds SET state = 'released'")
    assert len(await violations(shop)) == 1


@pytest.mark.parametrize("accepted", [0, 1])
async def test_what_a_hold_was_claimed_for_stays_with_the_case(shop: Shop, accepted: int) -> None:
    await shop.setting("fast-exchange", allowed=True)
    case_id = await replaced(shop)
    if accepted:
        await sent_back(shop, case_id, accepted)
    else:
        shop.clock.advance(hours=15 * 24)
        await shop.harness.run_due()
    if (await shop.get(case_id))["state"] != "completed":
        await shop.act(shop.agent, case_id, "claim-hold", note="?")
    assert (await shop.get(case_id))["hold"]["claimed"] is not None
    assert await violations(shop) == []
    await shop.harness.runtime.pool.execute("UPDATE holds SET state = 'released'")
    assert len(await violations(shop)) == 1


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM deadlines WHERE ended_at IS NULL", "pending_review with 0 open"),
        ("UPDATE deadlines SET ended_at = NULL, state = 'set'", "manual_review with 2 open"),
        ("UPDATE cases SET deadline_at = deadline_at + interval '1 second' WHERE state = 'pending_review'", "1 open"),
        ("UPDATE deadlines SET turn = 'buyer'", "pending_review with 1 open"),
    ],
)
async def test_an_open_document_has_one_open_deadline_of_its_own(shop: Shop, statement: str, message: str) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.case(1)

    async def found() -> list[str]:
        return cases.limited([await database.read("aftersale-svc", shop.harness.settings.database_url)]).violations

    assert await found() == []
    await shop.harness.runtime.pool.execute(statement)
    assert any(message in line for line in await found())
