"""The files of labels: which are to be made, and what they become."""

from collections.abc import Collection

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.shipping.labels import LabelFile, LabelState, ShippingLabel
from order_svc.domain.shipping.model import Contact
from order_svc.domain.shipping.printing import LabelText
from order_svc.settings import Settings
from order_svc.tables.shipping import CONTACTS, FILES, LABELS, UNPRINTED


async def next_label(tx: Transaction[Settings], without: Collection[str]) -> tuple[ShippingLabel, LabelText] | None:
    """The oldest label whose file is to be made, with what is printed on it; None where there is none but those `without`."""
    label = await tx.one(UNPRINTED, now=tx.now, without=list(without))
    if label is None:
        return None
    return label, await _text(tx, label)


async def _text(tx: Transaction[Settings], label: ShippingLabel) -> LabelText:
    contacts = await tx.get(CONTACTS, label.id)
    return LabelText(
        carrier=label.carrier,
        waybill_no=label.waybill_no or "",
        routing_code=label.routing_code,
        number=label.number,
        sender=Contact(**contacts.sender),
        receiver=Contact(**contacts.receiver),
        goods=label.goods,
        weight_grams=label.weight_grams,
        pieces=sum(int(str(each["quantity"])) for each in label.picks),
        printed_at=tx.now,
    )


async def store(tx: Transaction[Settings], label_id: str, content: bytes) -> None:
    """Store the file of a label that was not given up meanwhile; it is deleted with the addresses that are in it."""
    label = await tx.lock(LABELS, label_id)
    contacts = await tx.find(CONTACTS, label_id)
    if label.state is LabelState.CREATED and contacts is not None:
        file = LabelFile(label_id=label_id, content=content, rendered_at=tx.now, expires_at=contacts.expires_at)
        await tx.upsert(FILES, file)
