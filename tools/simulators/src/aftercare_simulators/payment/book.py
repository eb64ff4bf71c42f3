"""The provider's books: payments and refunds by id, idempotency keys for ever, and the rule that no refund exceeds its payment."""

from dataclasses import dataclass, field
from enum import StrEnum

from aftercare_simulators.payment.methods import Method, Script


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


@dataclass(slots=True)
class Operation:
    """A payment or a refund as the provider knows it."""

    kind: Kind
    id: str
    payment_id: str
    amount: int
    currency: str
    method: Method
    callback_url: str
    script: Script
    reference: str
    status: Status = Status.PENDING
    asked: bool = False

    @property
    def failure_code(self) -> str | None:
        """Why it was declined, where it was."""
        return f"{self.kind}_declined" if self.status is Status.DECLINED else None

    def settle(self) -> None:
        """Bring it to the end its script says; a second call changes nothing."""
        if self.status is Status.PENDING:
            self.status = Status.DECLINED if self.script.declined else Status.SUCCEEDED


@dataclass(slots=True)
class Book:
    """All operations since the start of the process. One event loop uses it, so no lock is needed."""

    _operations: dict[tuple[Kind, str], Operation] = field(default_factory=dict)
    _keys: dict[tuple[Kind, str], tuple[object, Operation]] = field(default_factory=dict)

    def find(self, kind: Kind, id_: str) -> Operation:
        """The operation with this id, or the provider's 404."""
        operation = self._operations.get((kind, id_))
        if operation is None:
            raise Refused(404, f"{kind}_unknown", f"this provider never heard of {kind} {id_}")
        return operation

    def replayed(self, kind: Kind, key: str, request: object) -> Operation | None:
        """What an earlier request under this key made; a different request under a used key is refused for ever."""
        kept = self._keys.get((kind, key))
        if kept is None:
            return None
        if kept[0] != request:
            raise Refused(409, "idempotency_key_reused", "this Idempotency-Key belongs to another request")
        return kept[1]

    def enter(self, key: str, request: object, operation: Operation) -> None:
        """Take a new operation into the books."""
        place = (operation.kind, operation.id)
        if place in self._operations:
            raise Refused(409, f"{operation.kind}_exists", f"{operation.kind} {operation.id} came under another key")
        if operation.kind is Kind.REFUND:
            self._refuse_excess(operation)
        self._operations[place] = operation
        self._keys[(operation.kind, key)] = (request, operation)

    def next_reference(self, kind: Kind) -> str:
        """The provider's own number of the next operation."""
        return f"sim-{kind}-{len(self._operations) + 1:06d}"

    def payments(self) -> list[Operation]:
        """Every payment, oldest first."""
        return [operation for operation in self._operations.values() if operation.kind is Kind.PAYMENT]

    def refunded(self, payment_id: str, status: Status) -> int:
        """How much of a payment's refunds is in this status."""
        return sum(
            operation.amount
            for operation in self._operations.values()
            if operation.kind is Kind.REFUND and operation.payment_id == payment_id and operation.status is status
        )

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
