"""Tests of goods by a testing body 检测: what is asked, how far a test is, what it has found.

Money is in minor units of `currency`; times are aware, UTC. A test waits nowhere by itself: the dispute that it belongs to has the
deadline, and its actions move the test.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from aftersale_svc.domain.disputes.costs import Cost, CostBearer, CostKind
from aftersale_svc.domain.disputes.model import DisputeSide
from aftersale_svc.domain.permissions import SYSTEM_ONLY

TESTING_BODY = "testing_body"
"""Whose turn it is while the testing body has the sample."""


class LabTestState(StrEnum):
    """The states of a test. A report may still follow when it is late."""

    SAMPLE_AWAITED = "sample_awaited"
    SAMPLE_SENT = "sample_sent"
    AT_LAB = "at_lab"
    REPORTED = "reported"
    SAMPLE_LATE = "sample_late"
    SAMPLE_LOST = "sample_lost"
    REPORT_LATE = "report_late"
    CANCELLED = "cancelled"


class LabTestAction(StrEnum):
    """What can happen to a test. `miss`: the time of its state has passed."""

    SEND = "send"
    RECEIVE = "receive"
    REPORT = "report"
    MISS = "miss"
    LOSE = "lose"
    CANCEL = "cancel"


class LabQuestion(StrEnum):
    """What the testing body is asked about the goods."""

    DEFECTIVE = "defective"
    GENUINE = "genuine"
    USED = "used"
    DAMAGED_IN_TRANSIT = "damaged_in_transit"


class LabAnswer(StrEnum):
    """What a report says to a question."""

    YES = "yes"
    NO = "no"
    INCONCLUSIVE = "inconclusive"


class CostAdvance(StrEnum):
    """Who advances the cost of a test. A verdict decides who bears it."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"


_S, _A = LabTestState, LabTestAction
OPEN = (_S.SAMPLE_AWAITED, _S.SAMPLE_SENT, _S.AT_LAB)
LAB_TEST: Lifecycle[LabTestState, LabTestAction] = Lifecycle(
    "dispute test",
    initial=_S.SAMPLE_AWAITED,
    transitions={
        (_S.SAMPLE_AWAITED, _A.SEND): Transition(_S.SAMPLE_SENT, SYSTEM_ONLY),
        (_S.SAMPLE_AWAITED, _A.RECEIVE): Transition(_S.AT_LAB, SYSTEM_ONLY),
        (_S.SAMPLE_AWAITED, _A.MISS): Transition(_S.SAMPLE_LATE, SYSTEM_ONLY),
        (_S.SAMPLE_SENT, _A.RECEIVE): Transition(_S.AT_LAB, SYSTEM_ONLY),
        (_S.SAMPLE_SENT, _A.LOSE): Transition(_S.SAMPLE_LOST, SYSTEM_ONLY),
        (_S.SAMPLE_SENT, _A.MISS): Transition(_S.SAMPLE_LOST, SYSTEM_ONLY),
        (_S.AT_LAB, _A.REPORT): Transition(_S.REPORTED, SYSTEM_ONLY),
        (_S.AT_LAB, _A.MISS): Transition(_S.REPORT_LATE, SYSTEM_ONLY),
        (_S.REPORT_LATE, _A.REPORT): Transition(_S.REPORTED, SYSTEM_ONLY),
        **{(state, _A.CANCEL): Transition(_S.CANCELLED, SYSTEM_ONLY) for state in OPEN},
    },
    timeouts={
        _S.SAMPLE_AWAITED: Timeout("parties"),
        _S.SAMPLE_SENT: Timeout("courier"),
        _S.AT_LAB: Timeout(TESTING_BODY),
    },
    ends={_S.REPORTED, _S.SAMPLE_LATE, _S.SAMPLE_LOST, _S.REPORT_LATE, _S.CANCELLED},
)
"""A test. Its turns and deadlines are those of the dispute, whose commands take these actions."""


class SampleLine(TypedDict):
    """Units of a line of the case that are tested."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTestOrder:
    """What is ordered: which units, what is asked, of which testing body, who sends the sample, and who advances the cost."""

    lines: tuple[SampleLine, ...]
    questions: tuple[LabQuestion, ...]
    testing_body_id: str
    sender: DisputeSide
    advanced_by: CostAdvance
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTest:
    """A test that was ordered in a dispute.

    `testing_body` is the name of the body as it was then. `answers` are those of the report by question, `report_id` is its
    evidence file, and `report_sha256` the hash of that.
    """

    id: str
    dispute_id: str
    state: LabTestState
    lines: list[SampleLine]
    questions: list[str]
    testing_body_id: str
    testing_body: str
    sender: DisputeSide
    advanced_by: CostAdvance
    cost_minor: int
    currency: str
    ordered_by: str
    ordered_at: datetime
    carrier: str | None = None
    waybill_no: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    report_id: str | None = None
    report_sha256: str | None = None
    answers: dict[str, str] | None = None
    ended_at: datetime | None = None

    @property
    def held_against(self) -> DisputeSide | None:
        """The side that should have sent the sample, and did not in time."""
        return self.sender if self.state is LabTestState.SAMPLE_LATE else None

    @property
    def cost(self) -> Cost | None:
        """Its cost, borne by who advanced it; None where no sample has reached the testing body, or it costs nothing."""
        if self.received_at is None or not self.cost_minor:
            return None
        return Cost(CostKind.TESTING, CostBearer(self.advanced_by.value), self.cost_minor, self.currency)

    @property
    def facts(self) -> dict[str, object]:
        """What a decision knows of it: codes alone."""
        known: dict[str, object] = {"test_id": self.id, "state": self.state.value, "sender": self.sender.value}
        return known if self.answers is None else known | {"answers": self.answers}
