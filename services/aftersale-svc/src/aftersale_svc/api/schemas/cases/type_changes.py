"""A change of type, as it is sent."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, In, Name, Text, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import Evidence
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.requests import Wanted


class WantedInsteadIn(In):
    """What the buyer wants in exchange for the units of one line."""

    line_id: Id
    """A line of the case; all its units in the case are exchanged."""
    wanted_sku: Id | None = None
    """The article that the buyer wants for them; without it, the same one."""
    wanted_variant: Name | None = None
    """The size, colour or the like, in the buyer's own words."""


class TypeChangeIn(In):
    """What the buyer asks for instead."""

    model_config = example(
        type="exchange",
        note="想换一个新的。",
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "wanted_variant": "蓝色"}],
    )

    type: CaseType
    """What is asked for from now on. It has to suit the stage of the goods, and is about the same units."""
    reason: Reason | None = None
    """Why; the present reason where it is left out. It has to suit the type."""
    evidence: Evidence
    """Added to what the case has."""
    lines: Annotated[list[WantedInsteadIn], Field(default_factory=list, max_length=100)]
    """In an exchange, what is wanted; each line at most once. A line that is left out is exchanged for the same article."""
    note: Text | None = None
    """For the timeline; both sides can read it."""

    def wanted(self) -> list[Wanted]:
        """What is wanted as commands take it; the units are those of the case."""
        return [Wanted(each.line_id, 1, sku=each.wanted_sku, variant=each.wanted_variant) for each in self.lines]
