"""What happens in a dispute appears in the conversations about its case, in the reader's language, once per event."""

from aftercare_events import (
    DisputeAnswered,
    DisputeEscalated,
    DisputeOpened,
    DisputeReleased,
    DisputeTestEnded,
    DisputeWithdrawn,
    Event,
    EvidenceRequested,
    VerdictGiven,
)
from cs_desk import Desk
from cs_svc.domain.dispute_notifications import DISPUTE_NOTIFICATIONS

ABOUT = {"dispute_id": "dsp_1", "complaint_id": "cmp_9", "state": "platform_review"}
VERDICT = {"liable": "seller", "remedy": "none", "amount_minor": 0, "currency": "CNY", "grounds_hash": "sha256:0"}
TEST = {"test_id": "test_1", "test_state": "sample_late"}
STEPS: tuple[tuple[type[Event], dict[str, object], str], ...] = (
    (DisputeOpened, {"category": "no_answer", "origin": "buyer"}, "dispute_opened"),
    (DisputeAnswered, {"text_hash": "sha256:0"}, "dispute_answered"),
    (DisputeEscalated, {"cause": "merchant_silent"}, "dispute_escalated_merchant_silent"),
    (DisputeEscalated, {"cause": "a_newer_cause"}, "dispute_escalated_platform_late"),
    (
        EvidenceRequested,
        {"asked_of": "buyer", "round": 1, "missing_hash": "sha256:0"},
        "dispute_evidence_requested_of_buyer",
    ),
    (DisputeTestEnded, TEST, "dispute_test_sample_late"),
    (VerdictGiven, {**VERDICT, "takes_effect": "after_appeal_window"}, "verdict_given_to_wait"),
    (VerdictGiven, VERDICT, "verdict_given"),
    (DisputeWithdrawn, {"state": "withdrawn"}, "dispute_withdrawn"),
)


async def notifications(desk: Desk, conversation_id: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    headers = {"Accept-Language": language}
    shown = (await desk.buyer.get(f"/v1/conversations/{conversation_id}", headers=headers)).json()
    return [(m["code"], m["text"]) for m in shown["messages"] if m["author_role"] == "system"]


async def test_each_event_of_a_dispute_is_notified_in_the_readers_language(prepared: Desk) -> None:
    opened = await prepared.conversation()
    for event, fields, _ in STEPS:
        await prepared.consume(event, **{**ABOUT, **fields})
    for place, language in enumerate(("zh-CN", "en")):
        expected = [(code, DISPUTE_NOTIFICATIONS[code][place]) for _, _, code in STEPS]
        assert await notifications(prepared, opened["id"], language) == expected
    assert await prepared.harness.parked() == []


async def test_a_release_is_no_matter_of_the_sides(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.consume(DisputeReleased, **ABOUT, arbitrator_id="arb-1")
    assert await notifications(prepared, opened["id"]) == []


async def test_an_event_of_a_dispute_that_arrives_twice_is_notified_once(prepared: Desk) -> None:
    opened = await prepared.conversation()
    envelope = await prepared.consume(DisputeAnswered, **ABOUT, text_hash="sha256:0")
    await prepared.harness.deliver(envelope, envelope)
    assert [code for code, _ in await notifications(prepared, opened["id"])] == ["dispute_answered"]
