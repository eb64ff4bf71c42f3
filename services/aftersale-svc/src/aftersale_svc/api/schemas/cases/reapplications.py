"""Asking again after a rejection, as it is sent."""

from aftercare_chassis.http.schemas import Id, In, Out, Text, example

from aftersale_svc.api.schemas.cases.case_requests import Evidence
from aftersale_svc.commands.cases.reapplications import Reapplication
from aftersale_svc.domain.cases.codes import CaseType, Reason


class ReapplyIn(In):
    """What is asked for now, about the same units. What is left out is as it was."""

    model_config = example(description="补充了开箱视频，确认是质量问题。", evidence=[])

    type: CaseType | None = None
    """What is asked for."""
    reason: Reason | None = None
    """Why."""
    description: Text | None = None
    """In the buyer's own words; both sides can read it."""
    evidence: Evidence
    """Added to what the rejected case has."""
    parcel_id: Id | None = None
    """With `refused_delivery`, the parcel that was refused; may be left out where only one could be meant."""
    note: Text | None = None
    """For the timeline of the rejected case; both sides can read it."""

    def asked(self) -> Reapplication:
        """What is asked for, as commands take it."""
        return Reapplication(self.type, self.reason, self.description, self.evidence, self.parcel_id)


class ReapplicationsOut(Out):
    """How often may be asked again."""

    most: int
    """How many requests for a line may be rejected; after that no other case may be opened about it."""
    left: int
    """How many requests for the units of this case are still possible, once it is closed where it is rejected."""
