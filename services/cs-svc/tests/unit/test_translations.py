"""The texts for readers in both languages."""

import re

import pytest
from aftercare_chassis.refusals import Refusal
from aftercare_events import EVENTS, CaseEvent, ClaimEvent, DisputeEvent
from cs_svc.commands import claim_notifications, dispute_notifications
from cs_svc.commands.case_notifications import CODES
from cs_svc.consumers import HANDLERS
from cs_svc.domain import errors
from cs_svc.domain.case_notifications import NOTIFICATIONS, notification_text
from cs_svc.domain.claim_notifications import CLAIM_NOTIFICATIONS
from cs_svc.domain.dispute_notifications import DISPUTE_NOTIFICATIONS

REFUSALS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Refusal)]
CASE_EVENTS = {cls for cls in EVENTS.values() if issubclass(cls, CaseEvent)}
HAN = re.compile("[一-鿿]")


@pytest.mark.parametrize("refusal", [each for each in REFUSALS if each is not Refusal], ids=lambda each: each.code)
def test_each_refusal_has_both_languages_with_the_same_facts(refusal: type[Refusal]) -> None:
    assert re.fullmatch("[a-z_]+", refusal.code)
    assert HAN.search(refusal.zh)
    assert not HAN.search(refusal.en)
    fields = "{([a-z_]+)}"
    assert re.findall(fields, refusal.zh) == re.findall(fields, refusal.en)


def test_refusal_codes_are_unique() -> None:
    codes = [each.code for each in REFUSALS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", [*NOTIFICATIONS, *DISPUTE_NOTIFICATIONS, *CLAIM_NOTIFICATIONS])
def test_each_notification_has_both_languages(code: str) -> None:
    assert HAN.search(notification_text(code, "zh-CN"))
    assert not HAN.search(notification_text(code, "en"))


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert notification_text("older_than_this_build", "zh-CN") == "older_than_this_build"


def test_each_event_of_a_dispute_has_a_text_or_a_reason_for_none() -> None:
    texts, silent = set(dispute_notifications.CODES), set(dispute_notifications.SILENT)
    assert texts | silent == {cls for cls in EVENTS.values() if issubclass(cls, DisputeEvent)}
    assert not texts & silent
    assert set(HANDLERS) >= texts
    assert set(dispute_notifications.CODES.values()) <= set(DISPUTE_NOTIFICATIONS)
    assert all(dispute_notifications.SILENT.values())


def test_each_event_of_a_claim_has_a_text_or_a_reason_for_none() -> None:
    texts, silent = set(claim_notifications.CODES), tuple(claim_notifications.SILENT)
    events = {cls for cls in EVENTS.values() if issubclass(cls, ClaimEvent)}
    assert texts == {cls for cls in events if not issubclass(cls, silent)}
    assert set(HANDLERS) >= texts
    assert set(claim_notifications.CODES.values()) < set(CLAIM_NOTIFICATIONS)
    assert all(claim_notifications.SILENT.values())


def test_each_event_of_a_case_that_the_sides_may_see_is_consumed_and_has_a_text() -> None:
    shown = {each for each in CASE_EVENTS if not each.OF_PLATFORM}
    assert set(CODES) == shown
    assert set(HANDLERS) >= shown
    assert set(CODES.values()) <= set(NOTIFICATIONS)
