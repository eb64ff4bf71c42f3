"""What entering `await_reship` causes: the merchant owes the buyer a replacement."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, ReplacementOrdered
from aftercare_events.catalogue.replacements import OwedLine

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import Goods
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.exchanges.policy import with_difference
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.settings import Settings


def owe(tx: Transaction[Settings], full: FullCase) -> tuple[FullCase, Event | None]:
    """The case with the replacement that it owes, and its event; a case that goes on after a dispute owes it already."""
    if full.replacement is not None:
        return full, None
    owing = full.keeping(Replacement(case_id=full.case.id))
    if TYPES[full.case.type].goods is not Goods.REPAIR:  # what that costs was agreed on before
        owing = with_difference(owing)
    # Where the buyer has to agree to a price, it is their turn.
    owing = replace(owing, case=of(owing.case).enter_again(owing.case, tx, CaseFacts(full=owing)))
    return owing, ordered(tx, owing)


def ordered(tx: Transaction[Settings], full: FullCase) -> ReplacementOrdered:
    """The event: for the units of the case, or for those that an inspection accepted."""
    is_exchange = TYPES[full.case.type].goods is Goods.EXCHANGE
    wanted = {row.line_id: row.sku for row in full.rows_of(ReplacementLine) if is_exchange}
    return ReplacementOrdered(
        **case_fields(tx, full.case),
        lines=tuple(
            OwedLine(line_id=line.line_id, sku=wanted.get(line.line_id) or line.sku, quantity=line.refund_units)
            for line in full.lines
            if line.refund_units
        ),
        deadline_at=full.case.deadline_at,
    )
