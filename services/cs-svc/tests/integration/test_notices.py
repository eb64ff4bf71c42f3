"""What happens to a case is said in the conversations about it, in the reader's language, once."""

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleEscalated,
    AfterSaleFrozen,
    AfterSaleRefundFailed,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleRestaged,
    AfterSaleResumed,
    Event,
    RefundRequested,
    ReturnDelivered,
    ReturnInspected,
    ReturnShipped,
)
from cs_desk import ORDER, Desk, made
from cs_svc.domain.notices import NOTICES


async def notices(desk: Desk, conversation_id: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    headers = {"Accept-Language": language}
    shown = (await desk.buyer.get(f"/v1/conversations/{conversation_id}", headers=headers)).json()
    return [(m["code"], m["text"]) for m in shown["messages"] if m["author_role"] == "system"]


async def test_each_step_of_a_case_is_said_in_order(served: Desk) -> None:
    opened = await served.conversation()
    steps = (AfterSaleApproved, ReturnShipped, ReturnDelivered, ReturnInspected, RefundRequested)
    for step in steps:
        await served.told(step, state="moving")
    await served.completed()
    assert [code for code, _ in await notices(served, opened["id"])] == [
        "after_sale_approved",
        "return_shipped",
        "return_delivered",
        "return_inspected",
        "refund_requested",
        "after_sale_completed",
    ]


STEPS: tuple[tuple[type[Event], dict[str, str], str], ...] = (
    (AfterSaleApproved, {"cause": "timeout"}, "after_sale_approved_by_timeout"),
    (ReturnInspected, {"cause": "timeout"}, "return_inspected_by_timeout"),
    (AfterSaleRejected, {}, "after_sale_rejected"),
    (AfterSaleRefundFailed, {}, "refund_failed"),
    (AfterSaleRestaged, {"previous_stage": "pre_ship", "stage": "in_transit"}, "after_sale_restaged"),
    (AfterSaleFrozen, {}, "after_sale_frozen"),
    (AfterSaleResumed, {}, "after_sale_resumed"),
    (AfterSaleEscalated, {}, "after_sale_escalated"),
    (AfterSaleClosed, {"cause": "buyer_late"}, "after_sale_closed"),
    (AfterSaleCancelled, {}, "after_sale_cancelled"),
)


async def test_notices_are_in_the_readers_language(served: Desk) -> None:
    opened = await served.conversation()
    for event, fields, _ in STEPS:
        await served.told(event, **fields)
    for place, language in enumerate(("zh-CN", "en")):
        expected = [(code, NOTICES[code][place]) for _, _, code in STEPS]
        assert await notices(served, opened["id"], language) == expected


async def test_the_answer_names_its_language_when_repeated_too(served: Desk) -> None:
    body, headers = {"order_id": ORDER, "text": "When?"}, {"Idempotency-Key": "one", "Accept-Language": "en"}
    opened, again = [await served.buyer.post("/v1/conversations", json=body, headers=headers) for _ in range(2)]
    shown = await served.buyer.get(f"/v1/conversations/{made(opened)['id']}")
    messages = await served.buyer.get(f"/v1/conversations/{made(opened)['id']}/messages")
    languages = [each.headers["content-language"] for each in (opened, again, shown, messages)]
    assert languages == ["en", "en", "zh-CN", "zh-CN"]
    assert {each.headers["vary"] for each in (opened, again, shown, messages)} == {"Accept-Language"}


async def test_nothing_typed_elsewhere_gets_into_a_conversation(served: Desk) -> None:
    opened = await served.conversation()
    await served.told(AfterSaleRejected, reason="call 13800000000 for more")
    assert "13800000000" not in str((await served.buyer.get(f"/v1/conversations/{opened['id']}")).json())


async def test_a_case_opened_after_the_conversation_is_heard_too(desk: Desk) -> None:
    await desk.order()
    opened = made(await desk.buyer.post("/v1/conversations", json={"order_id": ORDER, "text": "想退货"}))
    await desk.case()
    assert [code for code, _ in await notices(desk, opened["id"])] == ["after_sale_requested"]


async def test_every_conversation_about_the_case_or_its_order_hears_it_and_no_other(served: Desk) -> None:
    await served.case("case_2")
    await served.order("ord_9")
    about = [
        await served.conversation(),
        await served.conversation(case_id=None),
        await served.conversation(case_id="case_2"),
        await served.conversation(order_id="ord_9", case_id=None),
        await served.conversation(order_id=None, case_id=None),
    ]
    await served.told(AfterSaleApproved)
    heard = [[code for code, _ in await notices(served, each["id"])] for each in about]
    assert heard == [["after_sale_approved"], ["after_sale_approved"], [], [], []]


async def test_an_event_that_comes_twice_is_said_once(served: Desk) -> None:
    opened = await served.conversation()
    envelope = await served.told(AfterSaleApproved)
    await served.harness.deliver(envelope, envelope)
    await served.harness.runtime.pool.execute("DELETE FROM inbox")
    await served.harness.runtime.pool.execute("UPDATE subject_state SET last_sequence = last_sequence - 1")
    await served.harness.deliver(envelope)
    assert len(await notices(served, opened["id"])) == 1
    assert await served.harness.parked() == []


async def test_notices_are_events_of_the_conversation_caused_by_the_case(served: Desk) -> None:
    opened = await served.conversation()
    cause = await served.told(AfterSaleApproved)
    mine = [e for e in await served.harness.envelopes() if e.subject == opened["id"]]
    assert [e.sequence for e in mine] == [1, 2, 3]
    assert (mine[2].causation_id, mine[2].correlation_id) == (str(cause.id), cause.correlation_id)
    (posted,) = [event for event in await served.events("MessagePosted") if event.author_role == "system"]
    assert (posted.author_role, posted.author_id, posted.handler) == ("system",) * 3


async def test_a_notice_neither_answers_the_buyer_nor_asks(served: Desk) -> None:
    opened = await served.conversation()
    await served.told(AfterSaleApproved)
    shown = (await served.buyer.get(f"/v1/conversations/{opened['id']}")).json()
    assert (shown["whose_turn"], shown["answer_due_at"]) == ("service", opened["answer_due_at"])


async def test_a_closed_conversation_still_hears_of_its_case(served: Desk) -> None:
    opened = await served.conversation()
    await served.buyer.post(f"/v1/conversations/{opened['id']}/close")
    await served.told(AfterSaleApproved)
    assert len(await notices(served, opened["id"])) == 1


async def test_the_first_event_of_a_case_is_enough_to_know_it(desk: Desk) -> None:
    await desk.told(AfterSaleRequested)
    opened = await desk.conversation()
    assert opened["merchant_id"] == "m-1"
