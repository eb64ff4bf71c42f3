"""The fields of events, for each aggregate and each way it is opened."""

from typing import Any

import pytest
from aftercare_events import digest
from cs_memory import NOW, Command, Memory
from cs_svc.commands import complaint_intake, conversations, feedback, ratings
from cs_svc.commands.record import conversation_fields, text_fields
from cs_svc.domain.complaints import ComplaintCategory, ComplaintChannel
from cs_svc.domain.feedback import FeedbackChannel
from cs_svc.domain.ratings import Scores

SCORES = Scores(service=5, helpfulness=4, refund=5, speed=3)


def give_feedback(order_id: str | None = None, case_id: str | None = None) -> Command:
    return lambda tx: feedback.receive(
        tx, channel=FeedbackChannel.QQ, text="好", source=None, order_id=order_id, case_id=case_id
    )


def complain(order_id: str | None, case_id: str | None) -> Command:
    return lambda tx: complaint_intake.receive(
        tx,
        channel=ComplaintChannel.PHONE,
        category=ComplaintCategory.OTHER,
        text="?",
        order_id=order_id,
        case_id=case_id,
    )


async def opened(command: Command, role: str) -> tuple[Any, dict[str, Any]]:
    """The new row and the fields of its first event."""
    tx = Memory(None, role)
    await command(tx)
    return tx.row, tx.events[0].model_dump()


async def test_a_conversation_names_its_buyer_in_every_role() -> None:
    row, event = await opened(lambda tx: conversations.open_(tx, order_id="ord_1", case_id=None, text="?"), "buyer")
    assert (event["affected_party"], event["applicant"], event["handler"]) == ("buyer-1", "buyer-1", "buyer-1")
    assert (event["result"], event["time"]) == ("open", NOW)
    assert (event["conversation_id"], event["order_id"], event["case_id"]) == (row.id, "ord_1", None)
    assert (event["buyer_id"], event["merchant_id"]) == ("buyer-1", "m-1")


@pytest.mark.parametrize(("order_id", "case_id"), [("ord_1", None), (None, "case_1"), ("ord_1", "case_1")])
async def test_a_complaint_opened_by_an_agent_is_the_buyers(order_id: str | None, case_id: str | None) -> None:
    row, event = await opened(complain(order_id, case_id), "agent")
    assert (event["affected_party"], event["applicant"], event["handler"]) == ("buyer-1", "buyer-1", "agent-1")
    assert (event["order_id"], event["case_id"], event["channel"]) == ("ord_1", case_id, "phone")
    assert (event["state"], event["result"]) == ("open", "open")
    assert (row.subject_id, row.opened_by) == (case_id or "ord_1", "agent-1")


@pytest.mark.parametrize(
    ("role", "command", "party", "owners"),
    [
        ("buyer", give_feedback(), "buyer-1", ("buyer-1", None)),
        ("buyer", give_feedback(case_id="case_1"), "buyer-1", ("buyer-1", "m-1")),
        ("seller", give_feedback(), "m-1", (None, "m-1")),
        ("seller", give_feedback(case_id="case_1"), "m-1", (None, "m-1")),
        ("agent", give_feedback(), "anonymous", (None, None)),
        ("agent", give_feedback(order_id="ord_1"), "buyer-1", ("buyer-1", "m-1")),
    ],
)
async def test_feedback_belongs_to_whom_it_came_from(
    role: str, command: Command, party: str, owners: tuple[str | None, str | None]
) -> None:
    row, event = await opened(command, role)
    assert (row.buyer_id, row.merchant_id) == owners
    assert (event["affected_party"], event["applicant"], event["handler"]) == (party, party, f"{role}-1")
    assert (event["feedback_id"], event["channel"], event["result"]) == (row.id, "qq", "open")


async def test_a_rating_is_given_and_then_changed() -> None:
    given, event = await opened(lambda tx: ratings.give(tx, case_id="case_1", scores=SCORES, text="好"), "buyer")
    assert (event["result"], event["scores"]) == ("given", {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3})
    tx = Memory(given, "buyer")
    await ratings.change(tx, given.id, scores=None, text="一般")
    [changed] = tx.events
    assert (changed.result, tx.row.text, tx.row.version) == ("changed", "一般", 2)
    [revision] = tx.inserted
    assert (revision.version, revision.text) == (1, "好")  # type: ignore[attr-defined]


def test_a_text_is_represented_by_its_hash() -> None:
    fields = text_fields("漏水")
    assert fields == {"text_hash": digest("漏水"), "evidence": (digest("漏水"),)}
    assert fields != text_fields("漏水。")


async def test_the_handler_is_whoever_acts_now() -> None:
    row, _ = await opened(lambda tx: conversations.open_(tx, order_id=None, case_id=None, text="?"), "buyer")
    assert conversation_fields(Memory(row, "system"), row)["handler"] == "system"  # type: ignore[arg-type]
