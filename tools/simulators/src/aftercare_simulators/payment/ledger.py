"""The provider's ledger: payments and refunds by id, idempotency keys that never expire, and no refund beyond its payment."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from aftercare_simulators.payment.methods import Method, Script, payment_script, refund_script

_TABLE = """
CREATE TABLE IF NOT EXISTS operation (
    kind TEXT, id TEXT, payment_id TEXT, amount INTEGER, currency TEXT, method TEXT, callback_url TEXT, reference TEXT,
    status TEXT, key TEXT, request TEXT, settled_at REAL, authorised INTEGER, PRIMARY KEY (kind, id), UNIQUE (kind, key)
)
"""
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS operation_payment ON operation (payment_id, kind)",
    "CREATE INDEX IF NOT EXISTS operation_reference ON operation (reference)",
    "CREATE INDEX IF NOT EXISTS operation_pending ON operation (status) WHERE status = 'pending'",
)
_LATER_COLUMNS = ("settled_at REAL", "authorised INTEGER")  # a file of an earlier version does not have them
_FIELDS = "kind, id, payment_id, amount, currency, method, callback_url, reference, status, authorised"


class Status(StrEnum):
    """The state of an operation."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Kind(StrEnum):
    """The two operations that a shop may request; the value is the noun in callbacks and ids."""

    PAYMENT = "payment"
    REFUND = "refund"


class OperationRefused(Exception):
    """The provider refuses a request, with an HTTP status, a stable code and a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True, slots=True)
class Operation:
    """A payment or a refund. `amount` is in minor units of `currency`; `reference` is the provider's own number.

    `authorised` is what is held of a payment that the shop captures: then `amount` is that too, and what was captured once it is.
    None where a payment is taken at once.
    """

    kind: Kind
    id: str
    payment_id: str
    amount: int
    currency: str
    method: Method
    callback_url: str
    reference: str
    status: Status = Status.PENDING
    authorised: int | None = None

    @property
    def script(self) -> Script:
        """How it is carried out."""
        return payment_script(self.method) if self.kind is Kind.PAYMENT else refund_script(self.method)

    @property
    def failure_code(self) -> str | None:
        """Why it was declined; None where it was not."""
        if self.status is not Status.DECLINED:
            return None
        is_closed = self.kind is Kind.REFUND and self.method is Method.REFUND_CLOSED
        return "payment_closed" if is_closed else f"{self.kind}_declined"


class Ledger:
    """All operations, in the given file, or in memory for as long as the process. One event loop uses it."""

    def __init__(self, file: Path | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        # In autocommit: a killed process has reported nothing that the file does not hold.
        self._file = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute(_TABLE)
        known = {name for _, name, *_ in self._file.execute("PRAGMA table_info(operation)")}
        for column in _LATER_COLUMNS:
            if column.split()[0] not in known:
                self._file.execute(f"ALTER TABLE operation ADD COLUMN {column}")
        for index in _INDEXES:
            self._file.execute(index)

    def find(self, kind: Kind, id_: str) -> Operation:
        """The operation with this id. Raises: OperationRefused with 404 where there is none."""
        for operation in self._read("kind = ? AND id = ?", kind, id_):
            return operation
        raise OperationRefused(404, f"{kind}_unknown", f"this provider has no {kind} {id_}")

    def find_reference(self, kind: Kind, reference: str) -> Operation:
        """The operation with this number of the provider. Raises: OperationRefused with 404 where there is none."""
        for operation in self._read("kind = ? AND reference = ?", kind, reference):
            return operation
        raise OperationRefused(404, f"{kind}_unknown", f"this provider has no {kind} {reference}")

    def replayed(self, kind: Kind, key: str, request: JsonValue) -> Operation | None:
        """The operation that an earlier request under this key made; None where the key is new.

        Raises: OperationRefused with 409 where the key belongs to another request.
        """
        kept = self._file.execute("SELECT id, request FROM operation WHERE kind = ? AND key = ?", (kind, key))
        for id_, first in kept:
            if json.loads(first) != request:
                raise OperationRefused(409, "idempotency_key_reused", "this Idempotency-Key belongs to another request")
            return self.find(kind, id_)
        return None

    def insert(self, key: str, request: JsonValue, operation: Operation) -> None:
        """Insert a new operation. Raises: OperationRefused where its id is taken, or a refund exceeds its payment."""
        if self._read("kind = ? AND id = ?", operation.kind, operation.id):
            detail = f"{operation.kind} {operation.id} was requested under another key"
            raise OperationRefused(409, f"{operation.kind}_exists", detail)
        if operation.kind is Kind.REFUND:
            self._refuse_excess(operation)
        row = [*(getattr(operation, name) for name in _FIELDS.split(", ")), key, json.dumps(request)]
        columns = f"{_FIELDS}, key, request"
        self._file.execute(f"INSERT INTO operation ({columns}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def settle(self, operation: Operation) -> Operation:
        """End the operation as its script requires, or hold a payment that the shop captures; a second call changes nothing."""
        succeeded = Status.SUCCEEDED if operation.authorised is None else Status.AUTHORISED
        return self._end(operation, Status.DECLINED if operation.script.declined else succeeded)

    def capture(self, operation: Operation, amount: int) -> Operation:
        """Take this much of an authorised payment, and release the rest. One that was captured with this amount is left as it is.

        Raises: OperationRefused where it is not authorised, or for less.
        """
        if operation.status is Status.SUCCEEDED and operation.amount == amount:
            return operation
        if operation.status is not Status.AUTHORISED:
            raise OperationRefused(422, "payment_not_authorised", f"the payment is {operation.status}")
        if not 0 < amount <= operation.amount:
            raise OperationRefused(422, "capture_exceeds_authorisation", f"{operation.amount} are authorised")
        self._file.execute(
            "UPDATE operation SET amount = ? WHERE kind = ? AND id = ?", (amount, operation.kind, operation.id)
        )
        return self._end(operation, Status.SUCCEEDED, Status.AUTHORISED)

    def void(self, operation: Operation) -> Operation:
        """End an operation that is pending or authorised as declined: the shop gives it up. One that has ended is left as it is."""
        return self._end(
            operation, Status.DECLINED, operation.status if operation.status is Status.AUTHORISED else Status.PENDING
        )

    def reverse(self, refund: Operation) -> Operation:
        """End a refund that has succeeded as declined: its money came back. One that has not is left as it is."""
        return self._end(refund, Status.DECLINED, Status.SUCCEEDED)

    def request_of(self, operation: Operation) -> JsonValue:
        """The request that made the operation."""
        query = "SELECT request FROM operation WHERE kind = ? AND id = ?"
        (request,) = self._file.execute(query, (operation.kind, operation.id)).fetchone()
        content: JsonValue = json.loads(request)
        return content

    def settled(
        self, since: datetime, until: datetime, status: Status = Status.SUCCEEDED
    ) -> list[tuple[datetime, Operation]]:
        """The operations that ended in this status from `since` and before `until`, with the time, in that order."""
        query = f"SELECT settled_at, {_FIELDS} FROM operation WHERE status = ? AND settled_at >= ? AND settled_at < ?"  # noqa: S608
        span = (status, since.timestamp(), until.timestamp())
        rows = self._file.execute(f"{query} ORDER BY settled_at, rowid", span)
        return [(datetime.fromtimestamp(at, UTC), _operation(row)) for at, *row in rows]

    def next_reference(self, kind: Kind) -> str:
        """The provider's own number of the next operation."""
        # Nothing is deleted, so that the last row has the number of rows.
        (known,) = self._file.execute("SELECT coalesce(max(rowid), 0) FROM operation").fetchone()
        return f"sim-{kind}-{known + 1:06d}"

    def payments(self) -> list[Operation]:
        """Every payment, oldest first."""
        return self._read("kind = ?", Kind.PAYMENT)

    def refunds(self, payment_id: str) -> list[Operation]:
        """Every refund of the payment, oldest first."""
        return self._read("kind = ? AND payment_id = ?", Kind.REFUND, payment_id)

    def pending(self) -> list[Operation]:
        """The operations that have not ended."""
        return self._read("status = ?", Status.PENDING)

    def refunded(self, payment_id: str, status: Status) -> int:
        """The sum of the payment's refunds in this status, in minor units."""
        refunds = self._read("kind = ? AND payment_id = ? AND status = ?", Kind.REFUND, payment_id, status)
        return sum(refund.amount for refund in refunds)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _end(self, operation: Operation, status: Status, since: Status = Status.PENDING) -> Operation:
        self._file.execute(
            "UPDATE operation SET status = ?, settled_at = ? WHERE kind = ? AND id = ? AND status = ?",
            (status, self._clock().timestamp(), operation.kind, operation.id, since),
        )
        return self.find(operation.kind, operation.id)

    def _read(self, where: str, *values: str) -> list[Operation]:
        query = f"SELECT {_FIELDS} FROM operation WHERE {where} ORDER BY rowid"  # noqa: S608
        return [_operation(row) for row in self._file.execute(query, values)]

    def _refuse_excess(self, refund: Operation) -> None:
        payment = self.find(Kind.PAYMENT, refund.payment_id)
        if payment.status is not Status.SUCCEEDED:
            raise OperationRefused(422, "payment_not_succeeded", "only a payment that succeeded can be refunded")
        if payment.currency != refund.currency:
            raise OperationRefused(422, "currency_differs", f"the payment was made in {payment.currency}")
        taken = self.refunded(payment.id, Status.SUCCEEDED) + self.refunded(payment.id, Status.PENDING)
        if taken + refund.amount > payment.amount:
            detail = f"{payment.amount - taken} of this payment can still be refunded"
            raise OperationRefused(422, "refund_exceeds_payment", detail)


def _operation(row: Sequence[Any]) -> Operation:  # Any: the columns have types of their own
    kind, id_, payment_id, amount, currency, method, callback_url, reference, status, authorised = row
    return Operation(
        Kind(kind),
        id_,
        payment_id,
        amount,
        currency,
        Method(method),
        callback_url,
        reference,
        Status(status),
        authorised,
    )
