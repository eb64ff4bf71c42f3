"""What a case is explained with besides its own rows."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.sentences import DEFAULT_ZONE

from aftersale_svc.domain.cases.amounts import RefundAmount
from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.domain.evidence.model import EvidenceReuse


@dataclass(frozen=True, slots=True)
class CaseContext:
    """The time zone of the shop, and what is said about a verdict; each of that is None where there is nothing to say.

    `appeal`: until when there may be an appeal, or that there is one. `award`: what a verdict awards that is still to be executed.
    `owed`: what the buyer owes by a verdict that was replaced. `reapplied_by` is the case that takes the place of this one, where the
    buyer has asked again. `settlement` is what one side of the dispute that stops it proposes, `proposed` what an agent
    has proposed and another one has to confirm. `reuses` is where else its evidence was used, None where nothing was found,
    and `missing` the kinds of files of which one would show its reason to be true, where it has none. `expected` is what the refund of an open
    case would give back if all of it is granted; None where nothing would be deducted of what it asks for. `disputable_until`: by
    when a complaint about the closed case lets the platform look at it; None where none does. `anomalies` is what went wrong with its parcels.
    `claims` are the open deadlines of claims on a guarantee and to refused goods beside an ended case. `debt_minor` is what the buyer has still
    to pay back by a replaced verdict, `claimable_minor` what the buyer may claim of the insured freight of the return, in minor units.
    """

    zone: ZoneInfo = DEFAULT_ZONE
    appeal: Label | None = None
    award: Label | None = None
    owed: Label | None = None
    reapplied_by: str | None = None
    settlement: Label | None = None
    proposed: Label | None = None
    reuses: tuple[EvidenceReuse, ...] | None = None
    missing: tuple[EvidenceKind, ...] = ()
    expected: RefundAmount | None = None
    disputable_until: datetime | None = None
    anomalies: tuple[ParcelAnomaly, ...] = ()
    claims: tuple[Deadline, ...] = ()
    debt_minor: int = 0
    claimable_minor: int = 0


NO_CONTEXT = CaseContext()
"""No verdict, and a shop without a calendar."""
