"""Reasons as they are shown, by group."""

from aftercare_chassis.http.schemas import Out

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import EvidenceKind, EvidenceNeed, FreightPayer, Liable, Reason, ReasonGroup, Term


class ReasonOut(Out):
    """A reason that may be chosen now, and what follows from it unless a decision finds otherwise."""

    code: Reason
    """The `reason` of the request."""
    label: BilingualOut
    """What people read."""
    liable: Liable
    """Who is liable by default."""
    return_freight_payer: FreightPayer | None = None
    """Who pays for sending the goods back; null where nothing is sent back."""
    evidence: EvidenceNeed
    """`required`: a request without evidence is refused; `advised`: it is shown in the case as missing, unless the merchant requires it
    (`required_evidence` of the order's options); `none`: it needs none."""
    evidence_needed: list[EvidenceKind]
    """The kinds of files one of which shows that it is true; empty where nothing needs to be shown."""
    is_warranty: bool
    """Whether a warranty covers it."""
    since: int
    """The first version of the table that has it."""
    term: Term
    """Until when it may be given for this type once the goods were received; the `terms` of the order's options have its end."""


class ReasonGroupOut(Out):
    """The reasons of one group that may be chosen now."""

    code: ReasonGroup
    """Identifies the group."""
    label: BilingualOut
    """What people read."""
    reasons: list[ReasonOut]
    """At least one."""
