"""The report of one statement as a CSV file: a line for each sum, and one for each difference."""

from collections.abc import Iterable, Sequence

from order_svc.api.schemas import csv_files
from order_svc.api.schemas.csv_files import decimal
from order_svc.domain.payments.statements import Difference, Reconciliation

HEADING = (
    *("line", "provider", "day", "kind", "currency", "entries", "ours", "ours_minor", "theirs", "theirs_minor"),
    *("difference_id", "cause", "subject_id", "reference", "state", "opened_at", "changed_at", "handler_id", "note"),
)
_OF_DIFFERENCES = len(HEADING) - 10


def report(found: Reconciliation, differences: Sequence[Difference]) -> bytes:
    """The file. Amounts stand in it as decimal numbers and in minor units; `line` is `sum` or `difference`."""
    return csv_files.MARK + csv_files.lines([HEADING, *_sums(found), *(_difference(each) for each in differences)])


def _sums(found: Reconciliation) -> Iterable[Sequence[object]]:
    for each in found.sums or ():
        minor, currency = each["amount_minor"], each["currency"]
        head = ("sum", found.provider, found.day, each["kind"], currency, each["entries"])
        yield (*head, None, None, decimal(minor, currency), minor, *(None,) * _OF_DIFFERENCES)


def _difference(found: Difference) -> Sequence[object]:
    return (
        *("difference", found.provider, found.day, found.kind, found.currency, None),
        *(decimal(found.our_minor, found.currency), found.our_minor),
        *(decimal(found.their_minor, found.currency), found.their_minor),
        *(found.id, found.cause, found.subject_id, found.reference, found.state),
        *(found.opened_at, found.changed_at, found.handler_id, found.note),
    )
