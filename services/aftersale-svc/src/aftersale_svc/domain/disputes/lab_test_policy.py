"""What may be tested, and what a report has to say."""

from collections.abc import Mapping, Sequence

from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.cases.errors import LineTwice, LineUnknown
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.currencies import check_currency
from aftersale_svc.domain.disputes.lab_test_errors import (
    AnswersIncomplete,
    ReportUnsuitable,
    SampleExceedsCase,
    TestingBodyUnknown,
)
from aftersale_svc.domain.disputes.lab_tests import LabAnswer, LabQuestion, LabTest, LabTestOrder
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceState


def check_order(order: LabTestOrder, lines: Sequence[CaseLine], currency: str) -> None:
    """Refuse a test of other units than those of the case, or with a cost in another currency than the order's.

    Raises:
        LineUnknown, LineTwice, SampleExceedsCase, CurrencyForeign.
    """
    most = {line.line_id: line.quantity for line in lines}
    known: set[str] = set()
    for place, line in enumerate(order.lines):
        at = f"/lines/{place}"
        if line["line_id"] not in most:
            raise LineUnknown(pointer=f"{at}/line_id", allowed=list(most))
        if line["line_id"] in known:
            raise LineTwice(pointer=f"{at}/line_id")
        if line["quantity"] > most[line["line_id"]]:
            raise SampleExceedsCase(pointer=f"{at}/quantity", most=most[line["line_id"]])
        known.add(line["line_id"])
    check_currency(order.currency, currency, "/cost/currency")


def name_of(testing_body_id: str, bodies: Mapping[str, str]) -> str:
    """The name of a testing body. Raises: TestingBodyUnknown."""
    if testing_body_id not in bodies:
        raise TestingBodyUnknown(pointer="/testing_body_id", known=sorted(bodies))
    return bodies[testing_body_id]


def check_report(
    dispute: Dispute, test: LabTest, file: EvidenceFile | None, answers: Sequence[tuple[LabQuestion, LabAnswer]]
) -> EvidenceFile:
    """The file of the report, where it is one and answers what was asked.

    Raises:
        ReportUnsuitable: it is another kind of file, of another order, or has not passed its check.
        AnswersIncomplete: a question is left out, answered twice, or was not asked.
    """
    if file is None or (file.kind, file.state) != (EvidenceKind.TEST_REPORT, EvidenceState.ACCEPTED):
        raise ReportUnsuitable(pointer="/evidence_id")
    if file.order_id != dispute.order_id or file.case_id not in (None, dispute.case_id):
        raise ReportUnsuitable(pointer="/evidence_id")
    if sorted(question for question, _ in answers) != sorted(test.questions):
        raise AnswersIncomplete(pointer="/answers", asked=list(test.questions))
    return file
