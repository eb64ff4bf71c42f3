"""What the random histories have reached: which commands were accepted, and which states documents were in."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx
from aftercare_chassis.lifecycle import Lifecycle
from aftercare_events import CaseEvent, DisputeEvent, Envelope
from aftercare_events.catalogue.claims import ClaimEvent, ClaimKind
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM

Entered = tuple[str, str]
"""The type of a document, and a state of it."""
TABLES: dict[str, Lifecycle[Any, Any]] = {
    **{str(type_): table for type_, table in CASE.items()},
    "dispute": DISPUTE,
    ClaimKind.COURIER: COURIER_CLAIM,
    ClaimKind.FREIGHT_INSURANCE: GUARANTEE_CLAIM,
    ClaimKind.MERCHANT_DEPOSIT: GUARANTEE_CLAIM,
    ClaimKind.REFUSED_GOODS: REFUSED_GOODS_CLAIM,
}
GUARDS = frozenset(
    code
    for table in TABLES.values()
    for row in table.transitions.values()
    for guard in row.guards
    for code in guard.code.split(" or ")
)
"""The codes of everything that bars an action."""
STATES: frozenset[Entered] = frozenset(
    (name, str(state)) for name, table in TABLES.items() for state in {*table.timeouts, *table.ends}
) - {(str(ClaimKind.FREIGHT_INSURANCE), "merchant_review")}
"""Every state of every document; the merchant has no say in what an insurance pays."""
TRIED_ELSEWHERE = {
    "announceEvidence": "uploads need a store: test_evidence",
    "completeEvidence": "uploads need a store: test_evidence",
    "putDeadlineRules": "of the platform, for all merchants: test_deadline_rules",
    "putMerchantDeadlineRules": "changes times alone: test_deadline_rules",
    "putOwnDeadlineRules": "changes times alone: test_own_deadline_rules",
    "putMerchantCalendar": "changes times alone: test_deadline_calendars",
    "putCaseworker": "who works at the platform, and how much: test_caseworkers",
    "setPickupSchedule": "changes times alone: test_pickups",
    "tryCaseRules": "changes nothing: test_case_rules",
    "replayDecision": "changes nothing: test_decisions",
}
"""The commands that no history takes, and where they are tried."""


class Counts:
    """How often each thing has happened over all histories of a run."""

    def __init__(self) -> None:
        self.steps, self.accepted, self.refused = Counter[str](), Counter[str](), Counter[str]()
        self.entered = Counter[Entered]()

    def answered(self, operation: str, response: httpx.Response) -> None:
        """A command was accepted or refused."""
        (self.refused if response.is_error else self.accepted)[operation] += 1

    def saw(self, envelopes: Iterable[Envelope]) -> None:
        """The events of one history."""
        for envelope in envelopes:
            match envelope.event():
                case CaseEvent() as event:
                    self.entered[event.case_type, event.state] += 1
                case DisputeEvent() as event:
                    self.entered["dispute", event.state] += 1
                case ClaimEvent() as event:
                    self.entered[event.kind, event.state] += 1

    def never(self, commands: Iterable[str]) -> list[str]:
        """The states that were never entered, and those of these commands that were never accepted and are not tried elsewhere."""
        states = sorted(f"{of} {state}" for of, state in STATES - self.entered.keys())
        return states + sorted(set(commands) - self.accepted.keys() - TRIED_ELSEWHERE.keys())

    def report(self) -> str:
        """All counts, most frequent first."""
        entered = Counter({f"{of} {state}": times for (of, state), times in self.entered.items()})
        found = {"steps": self.steps, "accepted": self.accepted, "refused": self.refused, "entered": entered}
        return "\n".join(
            f"{name} ({counter.total()}): " + ", ".join(f"{each} {times}" for each, times in counter.most_common())
            for name, counter in found.items()
        )
