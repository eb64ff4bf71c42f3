"""Bodies of messages that say that they complain."""

from typing import Self

from aftercare_chassis.http.schemas import Out

from cs_svc.domain.complaints import ComplaintCategory
from cs_svc.queries.complaint_cues import ComplaintCue


class ComplaintCueOut(Out):
    """A message of the buyer that says that it complains."""

    message_id: str
    """The message, to take it in as a complaint."""
    place: str
    """Its place in the conversation."""
    category: ComplaintCategory
    """The category to suggest."""
    complaint_id: str | None
    """The complaint in which it is; null where it is in none."""


class ComplaintCuesOut(Out):
    """The messages of a conversation that say that they complain."""

    data: list[ComplaintCueOut]
    """Oldest first."""

    @classmethod
    def of(cls, cues: list[ComplaintCue]) -> Self:
        """The cues."""
        return cls(data=[ComplaintCueOut.of_row(each) for each in cues])
