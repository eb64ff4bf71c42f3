"""An example event of the trace."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from analytics_svc.domain.traces import TraceEvent

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def event(number: int, subject: str, sequence: int, *, minute: int = 0, cause: int | None = None) -> TraceEvent:
    return TraceEvent(
        event_id=UUID(int=number),
        type="SomethingHappened.v1",
        topic="aftercare.cases.v1",
        source="/aftersale-svc",
        subject=subject,
        sequence=sequence,
        time=NOON + timedelta(minutes=minute),
        affected_party="buyer-1",
        applicant="buyer-1",
        handler="system",
        matter="something",
        result="done",
        evidence=[],
        caused_by=None if cause is None else UUID(int=cause),
        correlation_id="c",
        work_id=UUID(int=number),
        order_id="ord_1",
        case_id=None,
        complaint_id=None,
        refund_id=None,
        buyer_id="buyer-1",
        merchant_id="m-1",
        documents=["ord_1"],
        parties=["buyer-1", "m-1"],
    )
