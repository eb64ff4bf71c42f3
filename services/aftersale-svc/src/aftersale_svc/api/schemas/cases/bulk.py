"""One decision about many cases, as it is sent and as it is shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, Out, example
from aftercare_chassis.lifecycle import Context
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import ApproveIn, RejectIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.line_options import WhyNotOut
from aftersale_svc.commands.cases.bulk import Outcome

MOST_CASES = 200
_CASES = ["case_0196a3c85d1c70f4b8e2d4a6c8f0b2d4", "case_0196a3c85d1c70f4b8e2d4a6c8f0b2d5"]
CaseIds = Annotated[
    list[Id],
    Field(
        min_length=1, max_length=MOST_CASES, description="The ids of the cases; one that is repeated is decided once."
    ),
]


class BulkApproveIn(ApproveIn):
    """An approval of several cases, with one address for all goods that are sent back."""

    model_config = example(case_ids=_CASES, note="请用原包装寄回。")

    case_ids: CaseIds


class BulkRejectIn(RejectIn):
    """A rejection of several cases, for one reason."""

    model_config = example(case_ids=_CASES, reason="used_or_affects_resale", note="商品已拆封使用。")

    case_ids: CaseIds


class OutcomeOut(Out):
    """What became of one case."""

    case_id: str
    """The case, as it was named."""
    case: CaseOut | None = None
    """The case after the decision; null where it was refused."""
    refused: WhyNotOut | None = None
    """Why it was refused; null where it was not. Nothing of the case has changed then."""

    @classmethod
    def of(cls, outcome: Outcome, context: Context) -> "OutcomeOut":
        return cls(
            case_id=outcome.case_id,
            case=None if outcome.full is None else CaseOut.seen(outcome.full, context),
            refused=WhyNotOut.of(outcome.refusal),
        )


class OutcomesOut(Out):
    """What became of each case, in the order in which they were named."""

    data: list[OutcomeOut]
    """One for each case."""
