"""Notifications about a case in the conversations about it, in the reader's language, once per event."""

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleEscalated,
    AfterSaleFrozen,
    AfterSaleRefundFailed,
    AfterSaleRefundReversed,
    AfterSaleRejected,
    AfterSaleReopened,
    AfterSaleRequested,
    AfterSaleRestaged,
    AfterSaleResumed,
    AfterSaleTypeChanged,
    Event,
    OfflineRefundConfirmed,
    RefundRequested,
    ReturnAddressGiven,
    ReturnDelivered,
    ReturnInspected,
    ReturnShipped,
)
from cs_desk import ORDER, Desk, made
from cs_svc.domain.case_notifications import NOTIFICATIONS


async def notifications(desk: Desk, conversation_id: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    headers = {"Accept-Language": language}
    shown = (await desk.buyer.get(f"/v1/conversations/{conversation_id}", headers=headers)).json()
    return [(m["code"], m["text"]) for m in shown["messages"] if m["author_role"] == "system"]


async def test_each_event_of_a_case_is_notified_in_order(prepared: Desk) -> None:
    opened = await prepared.conversation()
    steps = (AfterSaleApproved, ReturnShipped, ReturnDelivered, ReturnInspected, RefundRequested)
    for step in steps:
        await prepared.consume(step, state="moving")
    await prepared.completed()
    assert [code for code, _ in await notifications(prepared, opened["id"])] == [
        "after_sale_approved",
        "return_shipped",
        "return_delivered",
        "return_inspected",
        "refund_requested",
        "after_sale_completed",
    ]


WITHOUT_ADDRESS = {"return_address_missing": True}
STEPS: tuple[tuple[type[Event], dict[str, str | bool | int], str], ...] = (
    (AfterSaleApproved, {"cause": "timeout"}, "after_sale_approved_by_timeout"),
    (AfterSaleApproved, {"cause": "rule"}, "after_sale_approved_by_rule"),
    (AfterSaleApproved, {**WITHOUT_ADDRESS}, "after_sale_approved_without_address"),
    (AfterSaleApproved, {"cause": "rule", **WITHOUT_ADDRESS}, "after_sale_approved_by_rule_without_address"),
    (AfterSaleApproved, {"cause": "timeout", **WITHOUT_ADDRESS}, "after_sale_approved_by_timeout_without_address"),
    (ReturnAddressGiven, {"corrected": False}, "return_address_given"),
    (ReturnAddressGiven, {"corrected": True}, "return_address_corrected"),
    (ReturnInspected, {"cause": "timeout"}, "return_inspected_by_timeout"),
    (OfflineRefundConfirmed, {"method": "cash", "by_timeout": False}, "offline_refund_confirmed"),
    (OfflineRefundConfirmed, {"method": "cash", "by_timeout": True}, "offline_refund_confirmed_by_agent"),
    (AfterSaleRejected, {}, "after_sale_rejected"),
    (AfterSaleRefundFailed, {}, "refund_failed"),
    (AfterSaleRefundReversed, {}, "refund_reversed"),
    (
        AfterSaleTypeChanged,
        {"previous_type": "refund_only", "reason": "quality_defect", "number": 1, "cause": "verdict"},
        "after_sale_type_changed_by_verdict",
    ),
    (AfterSaleRestaged, {"previous_stage": "pre_ship", "stage": "in_transit"}, "after_sale_restaged"),
    (AfterSaleFrozen, {}, "after_sale_frozen"),
    (AfterSaleReopened, {"cause": "return_arrived_late"}, "after_sale_reopened"),
    (AfterSaleResumed, {}, "after_sale_resumed"),
    (AfterSaleEscalated, {}, "after_sale_escalated"),
    (AfterSaleClosed, {"cause": "buyer_late"}, "after_sale_closed"),
    (AfterSaleCancelled, {}, "after_sale_cancelled"),
)


async def test_notifications_are_in_the_readers_language(prepared: Desk) -> None:
    opened = await prepared.conversation()
    for event, fields, _ in STEPS:
        await prepared.consume(event, **fields)
    for place, language in enumerate(("zh-CN", "en")):
        expected = [(code, NOTIFICATIONS[code][place]) for _, _, code in STEPS]
        assert await notifications(prepared, opened["id"], language) == expected


async def test_responses_name_their_language_also_when_repeated(prepared: Desk) -> None:
    body, headers = {"order_id": ORDER, "text": "When?"}, {"Idempotency-Key": "one", "Accept-Language": "en"}
    opened, again = [await prepared.buyer.post("/v1/conversations", json=body, headers=headers) for _ in range(2)]
    shown = await prepared.buyer.get(f"/v1/conversations/{made(opened)['id']}")
    messages = await prepared.buyer.get(f"/v1/conversations/{made(opened)['id']}/messages")
    languages = [each.headers["content-language"] for each in (opened, again, shown, messages)]
    assert languages == ["en", "en", "zh-CN", "zh-CN"]
    assert {each.headers["vary"] for each in (opened, again, shown, messages)} == {"Accept-Language"}


async def test_no_text_of_an_event_gets_into_a_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.consume(AfterSaleRejected, reason="call 13800000000 for more")
    assert "13800000000" not in str((await prepared.buyer.get(f"/v1/conversations/{opened['id']}")).json())


async def test_a_conversation_about_an_order_is_notified_of_a_later_case(desk: Desk) -> None:
    await desk.order()
    opened = made(await desk.buyer.post("/v1/conversations", json={"order_id": ORDER, "text": "想退货"}))
    await desk.case()
    assert [code for code, _ in await notifications(desk, opened["id"])] == ["after_sale_requested"]


async def test_only_conversations_about_the_case_or_its_order_are_notified(prepared: Desk) -> None:
    await prepared.case("case_2")
    await prepared.order("ord_9")
    about = [
        await prepared.conversation(),
        await prepared.conversation(case_id=None),
        await prepared.conversation(case_id="case_2"),
        await prepared.conversation(order_id="ord_9", case_id=None),
        await prepared.conversation(order_id=None, case_id=None),
    ]
    await prepared.consume(AfterSaleApproved)
    notified = [[code for code, _ in await notifications(prepared, each["id"])] for each in about]
    assert notified == [["after_sale_approved"], ["after_sale_approved"], [], [], []]


async def test_an_event_that_arrives_twice_is_notified_once(prepared: Desk) -> None:
    opened = await prepared.conversation()
    envelope = await prepared.consume(AfterSaleApproved)
    await prepared.harness.deliver(envelope, envelope)
    await prepared.harness.runtime.pool.execute("DELETE FROM inbox")
    await prepared.harness.runtime.pool.execute("UPDATE subject_state SET last_sequence = last_sequence - 1")
    await prepared.harness.deliver(envelope)
    assert len(await notifications(prepared, opened["id"])) == 1
    assert await prepared.harness.parked() == []


async def test_a_notification_is_an_event_caused_by_the_event_of_the_case(prepared: Desk) -> None:
    opened = await prepared.conversation()
    cause = await prepared.consume(AfterSaleApproved)
    mine = [e for e in await prepared.harness.envelopes() if e.subject == opened["id"]]
    assert [e.sequence for e in mine] == [1, 2, 3]
    assert (mine[2].causation_id, mine[2].correlation_id) == (str(cause.id), cause.correlation_id)
    (posted,) = [event for event in await prepared.events("MessagePosted") if event.author_role == "system"]
    assert (posted.author_role, posted.author_id, posted.handler) == ("system",) * 3


async def test_a_notification_changes_neither_turn_nor_due_time(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.consume(AfterSaleApproved)
    shown = (await prepared.buyer.get(f"/v1/conversations/{opened['id']}")).json()
    assert (shown["whose_turn"], shown["answer_due_at"]) == ("service", opened["answer_due_at"])


async def test_a_closed_conversation_is_notified_and_stays_closed(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.buyer.post(f"/v1/conversations/{opened['id']}/close")
    await prepared.consume(AfterSaleApproved)
    assert len(await notifications(prepared, opened["id"])) == 1


async def test_one_event_is_enough_to_refer_to_its_case(desk: Desk) -> None:
    await desk.consume(AfterSaleRequested)
    opened = await desk.conversation()
    assert opened["merchant_id"] == "m-1"
