"""What is printed on a label."""

from dataclasses import dataclass, field
from datetime import datetime

from order_svc.domain.shipping.model import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelText:
    """The content of a label; with names, phones and addresses, which stand nowhere else in a file."""

    carrier: str
    waybill_no: str
    routing_code: str | None
    number: str
    sender: Contact = field(repr=False)
    receiver: Contact = field(repr=False)
    goods: str
    weight_grams: int
    pieces: int
    printed_at: datetime
