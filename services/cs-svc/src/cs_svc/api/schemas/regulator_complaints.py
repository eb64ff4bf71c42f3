"""Bodies of complaints of authorities."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Name,
    Out,
    PrincipalId,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import Actor
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from cs_svc.api.schemas.shared import CASE_ID, ORDER_ID
from cs_svc.commands.regulator_complaints import Letter
from cs_svc.domain.regulator_complaints import (
    REGULATOR_COMPLAINT,
    RegulatorComplaint,
    RegulatorOutcome,
    RegulatorState,
)

_EARLIEST, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _countable(value: datetime) -> datetime:
    if not _EARLIEST <= value < _END:
        raise PydanticCustomError("out_of_range", "Must be in 2000 to 2099.", {"zh": "须在 2000 年至 2099 年之间。"})
    return value


LetterTime = Annotated[Time, AfterValidator(_countable)]
"""An instant from which working days can be counted."""
RegulatorTurn = Annotated[str, TurnOf("RegulatorTurn", REGULATOR_COMPLAINT)]


class RegulatorComplaintIn(In):
    """What an authority has sent. It is about an order, a case, or a complaint that is here."""

    model_config = example(
        authority="杭州市西湖区市场监督管理局",
        file_number="1330106002026030212345678",
        text="消费者投诉水壶漏水，商家拒绝退货。",
        received_at="2026-03-02T01:00:00Z",
        order_id=ORDER_ID,
        case_id=CASE_ID,
    )

    authority: Name
    """Who sent it."""
    file_number: Name
    """The authority's number of its file; once per authority."""
    text: Text
    """What it says."""
    received_at: LetterTime
    """When it came in, from which on its first date is counted."""
    answer_by: LetterTime | None = None
    """Until when the authority wants to know whether there will be a mediation; left out: seven working days."""
    order_id: Id | None = None
    """May be left out where a case or a complaint is given."""
    case_id: Id | None = None
    """May be left out."""
    complaint_id: Id | None = None
    """The complaint about the same matter, whose order and case it is about then."""
    responsible_id: PrincipalId | None = None
    """The agent who answers for it; left out: the caller."""

    def letter(self) -> Letter:
        """The letter as the command takes it."""
        return Letter(
            authority=self.authority,
            file_number=self.file_number,
            text=self.text,
            received_at=self.received_at,
            answer_by=self.answer_by,
        )


class StepIn(In):
    """When the next step is due."""

    model_config = example(answer_by="2026-05-06T09:00:00Z")

    answer_by: LetterTime | None = None
    """The date that the authority has set; left out: by law."""


class AgreementIn(StepIn):
    """What both sides have agreed."""

    model_config = example(agreement="商家退款 191.33 元，消费者退回商品。")

    agreement: Text
    """The agreement."""


class ReplyIn(In):
    """The letter to the authority."""

    model_config = example(letter="经核实，商家已于 3 月 2 日退款，双方达成一致。")

    letter: Text
    """Its text; the page has the authority and the file number above it."""


class ResponsibleIn(In):
    """Who answers for it from now on."""

    model_config = example(responsible_id="agent-7")

    responsible_id: PrincipalId
    """The agent."""


class RegulatorComplaintOut(Out):
    """A complaint that an authority sent."""

    id: str
    """Identifies it: `reg_…`."""
    version: Version
    state: RegulatorState
    """`replying`: how it ended is known, and the letter is due; `closed` is the end unless the authority comes back to it."""
    authority: str
    """Who sent it."""
    file_number: str
    """The authority's number of its file."""
    complaint_id: str | None
    """The complaint about the same matter; null where there is none."""
    order_id: str
    """The order that it is about."""
    case_id: str | None
    """The case that it is about; null where it is about the order as a whole."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant concerned."""
    responsible_id: str
    """The agent who answers for it."""
    text: str
    """What the authority wrote."""
    outcome: RegulatorOutcome | None
    """How it ended; null while that is open."""
    agreement: str | None
    """What both sides have agreed; null where they have not."""
    letter: str | None
    """The reply; null before it is written."""
    whose_turn: RegulatorTurn | None
    """Null in `closed`."""
    received_at: Time
    """When it came in."""
    accepted_at: Time | None
    """When mediation was accepted; null where it was not."""
    due_at: Time | None
    """By when the next step is due, by law or as the authority has set; null in `closed`."""
    overdue_at: Time | None
    """When a step was last found to be overdue; null where none ever was."""
    replied_at: Time | None
    """When the reply was written; null before."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, row: RegulatorComplaint, actor: Actor) -> Self:
        """It, with what this actor may do."""
        timeout = REGULATOR_COMPLAINT.timeout(row.state)
        shown = {
            **asdict(row),
            "whose_turn": timeout.turn if timeout else None,
            "allowed_actions": AllowedOut.of(REGULATOR_COMPLAINT.allowed(row, actor)),
        }
        return cls.model_validate(shown)
