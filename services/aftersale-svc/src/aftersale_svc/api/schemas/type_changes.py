"""A change of type, as it is sent."""

from aftercare_chassis.http.schemas import In, Text, example

from aftersale_svc.api.schemas.case_requests import Evidence
from aftersale_svc.domain.cases.codes import CaseType, Reason


class TypeChangeIn(In):
    """What the buyer asks for instead."""

    model_config = example(type="exchange", note="想换一个新的。", evidence=[])

    type: CaseType
    """What is asked for from now on. It has to suit the stage of the goods, and is about the same units."""
    reason: Reason | None = None
    """Why; the present reason where it is left out. It has to suit the type."""
    evidence: Evidence
    """Added to what the case has."""
    note: Text | None = None
    """For the timeline; both sides can read it."""
