"""What happens to a claim on a guarantee appears in the conversations about its case; of a claim on a courier, nothing does."""

import pytest
from aftercare_events import ClaimDeadlineExtended, ClaimDeadlineReminder, Event
from aftercare_events.catalogue.courier_claims import CourierClaimLate
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimAnswered,
    GuaranteeClaimOpened,
    GuaranteeClaimPaid,
)
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimClosed, RefusedGoodsClaimOpened, RefusedGoodsLate
from cs_desk import Desk
from cs_svc.domain.claim_notifications import CLAIM_NOTIFICATIONS

ABOUT = {"claim_id": "grt_1", "kind": "merchant_deposit", "state": "merchant_review", "terminal": False}
COURIER = {**ABOUT, "claim_id": "clm_1", "kind": "courier", "state": "drafted", "buyer_id": None}
REMINDED = {"deadline_id": "dl_1", "turn": "merchant", "number": 1}
STEPS: tuple[tuple[type[Event], dict[str, object], str], ...] = (
    (GuaranteeClaimOpened, {"origin": "buyer", "claimed_minor": 1, "currency": "CNY"}, "guarantee_claim_opened"),
    (ClaimDeadlineReminder, REMINDED, "claim_deadline_reminder"),
    (GuaranteeClaimAnswered, {"agreed": False}, "guarantee_claim_objected"),
    (GuaranteeClaimAnswered, {"agreed": True}, "guarantee_claim_agreed"),
    (GuaranteeClaimPaid, {"paid_minor": 1, "currency": "CNY", "reference_hash": "sha256:0"}, "guarantee_claim_paid"),
)
_GOODS = {"kind": "refused_goods"}
_WORTH = {"currency": "CNY", "state": "await_dispatch", **_GOODS}
OF_GOODS: tuple[tuple[type[Event], dict[str, object], str], ...] = (
    (RefusedGoodsClaimOpened, {"lines": (), "claimed_minor": 1, **_WORTH}, "refused_goods_opened"),
    (ClaimDeadlineReminder, {**REMINDED, **_GOODS}, "refused_goods_deadline_reminder"),
    (RefusedGoodsLate, {"cause": "not_sent", **_GOODS}, "refused_goods_late"),
    (RefusedGoodsClaimClosed, {"paid_minor": 0, **_WORTH}, "refused_goods_closed"),
)


async def notifications(desk: Desk, conversation_id: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    headers = {"Accept-Language": language}
    shown = (await desk.buyer.get(f"/v1/conversations/{conversation_id}", headers=headers)).json()
    return [(m["code"], m["text"]) for m in shown["messages"] if m["author_role"] == "system"]


@pytest.mark.parametrize("steps", [STEPS, OF_GOODS])
async def test_each_event_of_a_claim_of_the_buyer_is_notified_in_the_readers_language(
    prepared: Desk, steps: tuple[tuple[type[Event], dict[str, object], str], ...]
) -> None:
    opened = await prepared.conversation()
    for event, fields, _ in steps:
        await prepared.consume(event, **{**ABOUT, **fields})
    for place, language in enumerate(("zh-CN", "en")):
        expected = [(code, CLAIM_NOTIFICATIONS[code][place]) for _, _, code in steps]
        assert await notifications(prepared, opened["id"], language) == expected


async def test_the_buyer_reads_nothing_of_a_claim_on_a_courier(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.consume(CourierClaimLate, **COURIER)
    await prepared.consume(ClaimDeadlineReminder, **COURIER, **REMINDED)
    moved = {"cause": "agent", "previous_due_at": prepared.harness.clock.now()}
    await prepared.consume(ClaimDeadlineExtended, **COURIER, **moved)
    assert await notifications(prepared, opened["id"]) == []
