"""The provider's books: payments and refunds by id, idempotency keys for ever, and the rule that no refund exceeds its payment."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from aftercare_simulators.payment.methods import Method, Script, payment_script, refund_script

_TABLE = """
CREATE TABLE IF NOT EXISTS operation (
    kind TEXT, id TEXT, payment_id TEXT, amount INTEGER, currency TEXT, method TEXT, callback_url TEXT, reference TEXT,
    status TEXT, key TEXT, request TEXT, PRIMARY KEY (kind, id), UNIQUE (kind, key)
)
"""
_FIELDS = "kind, id, payment_id, amount, currency, method, callback_url, reference, status"


class Status(StrEnum):
    """How far an operation is."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Kind(StrEnum):
    """The two operations a shop may order; the value is how events and ids are named."""

    PAYMENT = "payment"
    REFUND = "refund"


class Refused(Exception):
    """The provider's no: an HTTP status, a stable code and a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Operation:
    """A payment or a refund as the provider knows it."""

    kind: Kind
    id: str
    payment_id: str
    amount: int
    currency: str
    method: Method
    callback_url: str
    reference: str
    status: Status = Status.PENDING

    @property
    def script(self) -> Script:
        """The course it takes."""
        return payment_script(self.method) if self.kind is Kind.PAYMENT else refund_script(self.method)

    @property
    def failure_code(self) -> str | None:
        """Why it was declined, where it was."""
        return f"{self.kind}_declined" if self.status is Status.DECLINED else None


class Book:
    """All operations there ever were: in the file given, else as long as the process. One event loop uses it."""

    def __init__(self, file: Path | None = None) -> None:
        # In autocommit, so that a killed process has said nothing that its books do not know.
        self._books = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
        self._books.execute("PRAGMA synchronous = OFF")
        self._books.execute(_TABLE)

    def find(self, kind: Kind, id_: str) -> Operation:
        """The operation with this id, or the provider's 404."""
        for operation in self._read("kind = ? AND id = ?", kind, id_):
            return operation
        raise Refused(404, f"{kind}_unknown", f"this provider never heard of {kind} {id_}")

    def replayed(self, kind: Kind, key: str, request: dict[str, Any]) -> Operation | None:
        """What an earlier request under this key made; a different request under a used key is refused for ever."""
        kept = self._books.execute("SELECT id, request FROM operation WHERE kind = ? AND key = ?", (kind, key))
        for id_, asked in kept:
            if json.loads(asked) != request:
                raise Refused(409, "idempotency_key_reused", "this Idempotency-Key belongs to another request")
            return self.find(kind, id_)
        return None

    def enter(self, key: str, request: dict[str, Any], operation: Operation) -> None:
        """Take a new operation into the books."""
        if self._read("kind = ? AND id = ?", operation.kind, operation.id):
            raise Refused(409, f"{operation.kind}_exists", f"{operation.kind} {operation.id} came under another key")
        if operation.kind is Kind.REFUND:
            self._refuse_excess(operation)
        row = [*(getattr(operation, name) for name in _FIELDS.split(", ")), key, json.dumps(request)]
        self._books.execute("INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def settle(self, operation: Operation) -> Operation:
        """Bring it to the end its script says; a second call changes nothing."""
        end = Status.DECLINED if operation.script.declined else Status.SUCCEEDED
        self._books.execute(
            "UPDATE operation SET status = ? WHERE kind = ? AND id = ? AND status = ?",
            (end, operation.kind, operation.id, Status.PENDING),
        )
        return self.find(operation.kind, operation.id)

    def next_reference(self, kind: Kind) -> str:
        """The provider's own number of the next operation."""
        (known,) = self._books.execute("SELECT count(*) FROM operation").fetchone()
        return f"sim-{kind}-{known + 1:06d}"

    def payments(self) -> list[Operation]:
        """Every payment, oldest first."""
        return self._read("kind = ?", Kind.PAYMENT)

    def pending(self) -> list[Operation]:
        """What has not come to its end."""
        return self._read("status = ?", Status.PENDING)

    def refunded(self, payment_id: str, status: Status) -> int:
        """How much of a payment's refunds is in this status."""
        return sum(
            refund.amount
            for refund in self._read("kind = ? AND payment_id = ? AND status = ?", Kind.REFUND, payment_id, status)
        )

    def close(self) -> None:
        """Put the books away."""
        self._books.close()

    def _read(self, where: str, *values: str) -> list[Operation]:
        query = f"SELECT {_FIELDS} FROM operation WHERE {where} ORDER BY rowid"  # noqa: S608
        rows = self._books.execute(query, values)
        return [Operation(*(read(value) for read, value in zip(_READ, row, strict=True))) for row in rows]

    def _refuse_excess(self, refund: Operation) -> None:
        payment = self.find(Kind.PAYMENT, refund.payment_id)
        if payment.status is not Status.SUCCEEDED:
            raise Refused(422, "payment_not_succeeded", "only a payment that succeeded can be refunded")
        if payment.currency != refund.currency:
            raise Refused(422, "currency_differs", f"the payment was made in {payment.currency}")
        taken = self.refunded(payment.id, Status.SUCCEEDED) + self.refunded(payment.id, Status.PENDING)
        if taken + refund.amount > payment.amount:
            raise Refused(
                422, "refund_exceeds_payment", f"{payment.amount - taken} of this payment can still be refunded"
            )


_READ: tuple[Callable[[Any], Any], ...] = (Kind, str, str, int, str, Method, str, str, Status)
