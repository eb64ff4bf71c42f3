"""Payments in cases that had ended before builds recorded that they are owed back: opened once, by an event with its cause."""

import pytest
from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.exchanges import ChargeOwedBack
from aftersale_shop import Shop
from aftersale_svc.commands.money import charge_reconciliation
from aftersale_svc.queries.charges import perhaps_owed_back
from aftersale_svc.settings import Settings
from aftersale_svc.workers.charges import reconcile
from structlog.testing import capture_logs
from test_charge_returns import OWED, SENT, back, paid_exchange, paid_repair


async def as_earlier_builds_left_it(shop: Shop) -> None:
    await shop.harness.runtime.pool.execute("UPDATE charges SET owed_back_at = NULL, return_by_merchant = false")


async def closed_without_goods(shop: Shop) -> str:
    """A case that an agent has closed before anything was sent."""
    case_id = await paid_exchange(shop)
    opened = await shop.agent.post(f"/v1/cases/{case_id}/dispute", json={"category": "other", "text": "?"})
    await shop.rule(opened.json()["id"], "answer", shop.seller, text="?")
    await shop.verdict(opened.json()["id"], None, "none")
    assert (await shop.get(case_id))["state"] == "closed"
    return case_id


async def refunded(shop: Shop) -> str:
    """A case that was completed with its money back, since nothing was in stock."""
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "no-stock")
    await shop.refund_succeeds()
    return case_id


@pytest.mark.parametrize("ended", [closed_without_goods, refunded], ids=lambda each: each.__name__)
@pytest.mark.parametrize("batch", [1, 100])
async def test_it_is_owed_back_once(shop: Shop, ended, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("aftersale_svc.workers.charges.BATCH", batch)
    case_id = await ended(shop)
    await as_earlier_builds_left_it(shop)
    before = len(await shop.published(ChargeOwedBack))
    await reconcile(shop.harness.runtime)
    await reconcile(shop.harness.runtime)
    events = (await shop.published(ChargeOwedBack))[before:]
    assert [(each.case_id, each.amount_minor, each.cause) for each in events] == [(case_id, OWED, "case_ended_before")]
    shown = await shop.get(case_id)
    assert shown["charge"]["to_return"]["amount"] == OWED
    [step] = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"][-1:]
    assert (step["action"], step["actor_role"], step["state"]) == ("owe_back", "system", shown["state"])
    assert (await shop.act(shop.seller, case_id, "record-charge-return", **back()))["charge"]["returned_at"]
    await shop.names(case_id)


async def test_what_was_done_or_goes_on_is_left_alone(shop: Shop) -> None:
    done = await paid_exchange(shop)
    await shop.act(shop.seller, done, "ship-replacement", **SENT)
    await reconcile(shop.harness.runtime)
    await shop.act(shop.buyer, done, "confirm-replacement")
    await reconcile(shop.harness.runtime)
    assert await shop.published(ChargeOwedBack) == []


async def test_a_case_that_fails_is_logged_and_tried_again_with_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await refunded(shop)
    await as_earlier_builds_left_it(shop)
    before = len(await shop.published(ChargeOwedBack))

    async def fails(tx: Transaction[Settings], case_id: str) -> None:
        raise TimeoutError

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(charge_reconciliation, "owe_back", fails)
        await reconcile(shop.harness.runtime)
    assert [(each["event"], each["case_id"]) for each in logs] == [("charge_not_owed_back", case_id)]
    await reconcile(shop.harness.runtime)
    assert [each.case_id for each in (await shop.published(ChargeOwedBack))[before:]] == [case_id]


async def test_repairs_that_were_made_are_not_looked_at(shop: Shop) -> None:
    case_id = await paid_repair(shop)
    await shop.act(shop.seller, case_id, "repaired", work=["adjusted"])
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert (await shop.get(case_id))["state"] == "completed"
    async with shop.harness.runtime.reader() as reader:
        assert await perhaps_owed_back(reader, "", 10) == []
