"""The codes in events are those of the domain."""

from enum import StrEnum

import pytest
from aftercare_events.catalogue import complaints as complaint_events
from aftercare_events.catalogue import conversations as conversation_events
from aftercare_events.catalogue import feedback as feedback_events
from aftercare_events.vocabulary import Vocabulary
from cs_svc.domain import complaints, conversations, feedback

PAIRS: list[tuple[type[Vocabulary], type[StrEnum]]] = [
    (complaint_events.ComplaintState, complaints.ComplaintState),
    (complaint_events.ComplaintChannel, complaints.ComplaintChannel),
    (complaint_events.ComplaintCategory, complaints.ComplaintCategory),
    (complaint_events.ComplaintOutcome, complaints.ComplaintOutcome),
    (conversation_events.AuthorRole, conversations.AuthorRole),
    (feedback_events.FeedbackChannel, feedback.FeedbackChannel),
]


@pytest.mark.parametrize(("published", "own"), PAIRS, ids=[own.__name__ for _, own in PAIRS])
def test_each_code_of_the_domain_is_documented_in_its_event(published: type[Vocabulary], own: type[StrEnum]) -> None:
    assert [code.value for code in published] == [code.value for code in own]
