"""Imports of a shop's existing orders as requests and responses."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from aftercare_chassis.http.problems import MAX_ERRORS
from aftercare_chassis.http.schemas import CreatedAt, In, Name, Out, Time, example
from aftercare_chassis.http.validation_messages import pointer, validation_message
from aftercare_chassis.refusals import Refusal
from pydantic import Field, StringConstraints, ValidationError

from order_svc.api.schemas.past_orders import PastOrderIn
from order_svc.commands.orders.order_imports import ImportedPart, Row, refusal_of
from order_svc.domain.imports.errors import FieldUnsuitable, RowUnreadable
from order_svc.domain.imports.model import ImportRefusal, ImportState, OrderImport

MOST_ROWS = 500
_OF_UNPAID_ORDERS = ("payment_minutes", "payment_plan")
FileHash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
RowNumber = Annotated[int, Field(ge=1, le=2_000_000_000)]


class ImportIn(In):
    """The file that is to be imported."""

    model_config = example(file_hash="sha256:" + "0123456789abcdef" * 4)

    file_hash: FileHash
    """The SHA-256 of the file's bytes: by it, an import that was interrupted goes on."""


class ImportRowIn(In):
    """An order of the file."""

    row: RowNumber
    """The line of the file in which it begins, from 1."""
    order: dict[str, Any]  # Any: validated row by row, so that a wrong one does not refuse the others
    """An order as `createOrder` takes it, with `order_no`, `state`, `created_at` and, by the state, `paid_at`, `parcels`,
    `virtual_delivered_at`, `delivered_at`, `received_at`, `completed_at`, `cancelled_at`: see docs/imports-and-exports.md."""

    unreadable: Name | None = None
    """Why the sender cannot read the order in these lines, for people: it is refused for that (`row_unreadable`), and counted with the
    others. `order` has no more than its number then."""

    def read(self) -> Row:
        """The order, or why it is none."""
        stated = self.order.get("order_no")
        order_no = stated[:100] if isinstance(stated, str) else None
        if self.unreadable is not None:
            return Row(self.row, None, [refusal_of(RowUnreadable(problem=self.unreadable), self.row, order_no)])
        try:
            past = PastOrderIn.model_validate(self.order)
        except ValidationError as error:
            return Row(self.row, None, _refusals(error, order_no))
        for name in _OF_UNPAID_ORDERS:
            if getattr(past, name) is not None:
                unsuitable = FieldUnsuitable(pointer=f"/{name}", state=past.state, field=name)
                return Row(self.row, None, [refusal_of(unsuitable, self.row, past.order_no)])
        try:
            return Row(self.row, past.order())
        except Refusal as refusal:
            return Row(self.row, None, [refusal_of(refusal, self.row, past.order_no)])


class ImportRowsIn(In):
    """A part of the file's orders."""

    model_config = example(
        orders=[
            {
                "row": 2,
                "order": {
                    "order_no": "S-2041",
                    "buyer_id": "buyer-1",
                    "currency": "CNY",
                    "lines": [
                        {
                            "sku": "KETTLE-1",
                            "title": "电热水壶",
                            "quantity": 1,
                            "unit_price": {"amount": 9900, "currency": "CNY"},
                        }
                    ],
                    "shipping_address": {
                        "name": "王芳",
                        "phone": "13800000000",
                        "city": "杭州市",
                        "street": "文三路 1 号",
                    },
                    "state": "paid",
                    "created_at": "2026-02-27T09:30:00+08:00",
                    "paid_at": "2026-02-27T09:42:00+08:00",
                },
            }
        ],
        next_row=3,
    )

    orders: Annotated[list[ImportRowIn], Field(max_length=MOST_ROWS)]
    """The orders, by their rows. One that is refused does not keep the others out."""
    next_row: RowNumber
    """The line with which the next part begins."""
    first_row: RowNumber | None = None
    """The line with which this part begins, where it is sent before the response to the part before it: it is refused while that one is not
    imported (`part_too_early`), and sent again then."""

    def rows(self) -> list[Row]:
        """The orders as the command takes them."""
        return [each.read() for each in self.orders]


def _refusals(error: ValidationError, order_no: str | None) -> list[ImportRefusal]:
    """What is wrong with the fields of an order."""
    found = []
    for each in error.errors(include_url=False, include_input=False)[:MAX_ERRORS]:
        code, english = validation_message(each, "en")
        found.append(
            ImportRefusal(
                import_id="",
                row=0,
                place=0,
                order_no=order_no,
                field=pointer(("order", *each["loc"])),
                code=code,
                zh=validation_message(each, "zh-CN")[1],
                en=english,
                allowed=_allowed(each.get("ctx", {}).get("expected")),
            )
        )
    return found


def _allowed(expected: object) -> list[str]:
    """The values of an enumeration, which pydantic lists as `'a', 'b' or 'c'`."""
    return expected.replace("'", "").replace(" or ", ", ").split(", ") if isinstance(expected, str) else []


class ImportOut(Out):
    """The import of one file. Counts are of orders."""

    id: str
    """Identifies the import: `imp_…`."""
    merchant_id: str
    """Whose orders they are."""
    file_hash: str
    """The SHA-256 of the file."""
    state: ImportState
    """`open` while rows may come."""
    next_row: int
    """The line of the file with which it goes on."""
    imported: int
    """Orders that are new here."""
    known: int
    """Orders that were here before, by their numbers, and were left as they are."""
    refused: int
    """Orders that are not imported: see the refusals."""
    created_at: CreatedAt
    changed_at: Time
    """When the last part was imported."""

    @classmethod
    def of(cls, order_import: OrderImport) -> Self:
        """The import as a response."""
        return cls.model_validate(order_import)


class ImportRefusalOut(Out):
    """Why an order of the file is not imported."""

    row: int
    """The line of the file in which the order begins."""
    order_no: str | None
    """Its number, where it could be read."""
    field: str
    """The JSON pointer of the field in the order; empty where it is the order as a whole."""
    code: str
    """The reason as a code, as problems have it."""
    reason_zh: str
    """The reason in Chinese."""
    reason_en: str
    """The reason in English."""
    allowed: list[str]
    """The values that are possible, where they can be listed."""

    @classmethod
    def of(cls, refusal: ImportRefusal) -> Self:
        """The refusal as a response."""
        return cls(
            row=refusal.row,
            order_no=refusal.order_no,
            field=refusal.field,
            code=refusal.code,
            reason_zh=refusal.zh,
            reason_en=refusal.en,
            allowed=refusal.allowed,
        )


class ImportedPartOut(ImportOut):
    """The import after a part of its rows."""

    refusals: list[ImportRefusalOut]
    """What was refused in this part."""

    @classmethod
    def of_part(cls, part: ImportedPart) -> Self:
        """The import with the refusals of the part as a response."""
        shown = ImportOut.of(part.order_import)
        return cls(**dict(shown), refusals=[ImportRefusalOut.of(each) for each in part.refusals])


class ImportRefusalsOut(Out):
    """Refused rows, by their lines."""

    data: list[ImportRefusalOut]
    """The reasons, at most `limit` rows' worth and a few more: a row is not divided."""
    next_row: int | None = None
    """The `after_row` of the next page; absent on the last one."""

    @classmethod
    def of(cls, found: Iterable[ImportRefusal], next_row: int | None) -> Self:
        """A page of them as a response."""
        return cls(data=[ImportRefusalOut.of(each) for each in found], next_row=next_row)
