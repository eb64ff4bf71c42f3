"""The lifecycle of surveys, and what counts as a reply to one."""

import pytest
from cs_svc.domain.case_notifications import notification_text
from cs_svc.domain.surveys import SURVEY, SURVEY_NOTIFICATIONS, SurveyState, asks_for_no_more, score_in
from hypothesis import given
from hypothesis import strategies as st


def test_every_state_that_is_no_end_has_a_time_after_which_it_ends() -> None:
    for state in SurveyState:
        assert (state in SURVEY.ends) != (state in SURVEY.timeouts), state
    seen, at = [], SURVEY.initial
    while at not in SURVEY.ends:
        then = SURVEY.timeouts[at].then
        assert then is not None
        seen.append(at)
        at = SURVEY.transitions[at, then].target
        assert at not in seen
    assert at is SurveyState.EXPIRED


@pytest.mark.parametrize("text", ["1", " 5 ", "３", "4。", "2!"])
def test_a_score_alone_is_one(text: str) -> None:
    assert score_in(text) in range(1, 6)


@pytest.mark.parametrize("text", ["0", "6", "55", "5 号", "五", "", "1.5", "-3"])
def test_other_words_are_no_score(text: str) -> None:
    assert score_in(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    assert score_in(text) in (None, 1, 2, 3, 4, 5)
    assert asks_for_no_more(text) in (True, False)


def test_every_text_is_there_in_both_languages() -> None:
    for code, (zh, en) in SURVEY_NOTIFICATIONS.items():
        assert (notification_text(code, "zh-CN"), notification_text(code, "en")) == (zh, en)
