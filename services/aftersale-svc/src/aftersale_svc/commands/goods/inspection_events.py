"""What events carry of an inspection."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import AcceptedLine, InspectedLine, ReturnInspected
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands.decisions.decisions import DecisionFields
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, Inspection
from aftersale_svc.settings import Settings


def inspected_event(
    tx: Transaction[Settings], case: Case, lines: Sequence[CaseLine], accepted_minor: int, decided: DecisionFields
) -> ReturnInspected:
    """The event, with what was found of each line."""
    return ReturnInspected(
        **case_fields(tx, case),
        lines=tuple(
            InspectedLine(
                line_id=line.line_id,
                accepted=line.accepted or 0,
                received=line.received_units,
                grade=line.grade,
                refused=line.refused_units,
                refuse_reason=line.refuse_reason,
                photos=tuple(line.photos or ()),
            )
            for line in lines
        ),
        accepted_minor=accepted_minor,
        currency=case.currency,
        cause=DecisionCause.TIMEOUT if tx.actor == SYSTEM else DecisionCause.DECISION,
        **decided,
        evidence=photos_of(lines),
    )


def photos_of(lines: Sequence[CaseLine]) -> tuple[str, ...]:
    """The photos of an inspection, each once."""
    return tuple(dict.fromkeys(photo for line in lines for photo in line.photos or ()))


def accepted_lines(full: FullCase) -> tuple[AcceptedLine, ...] | None:
    """What is accepted of each line of a case; None where nothing of it was inspected."""
    found = full.rows_of(Inspection)
    return tuple(AcceptedLine(line_id=each.line_id, accepted=each.accepted) for each in found) or None
