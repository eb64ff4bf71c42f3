"""New versions of the rules of hours."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import TIMING, Lifecycle

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.deadlines.rules import DeadlineRule, check_rules
from aftersale_svc.domain.deadlines.stored import RuleSetVersion, documents
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS
from aftersale_svc.tables.deadlines.calendars import LOCK_VERSIONS, NEWEST_CALENDARS, RULE_SETS, RULES_OF

# Any: the states and actions differ per table.
_TABLES: tuple[Lifecycle[Any, Any], ...] = (*CASE.values(), DISPUTE, *(kind.type.table for kind in CLAIM_KINDS))

_VALUES: Mapping[str, Collection[str]] = {"type": set(CaseType), "reason": set(Reason), "stage": set(Stage)}


def timers() -> list[str]:
    """The timers that a rule may be for: the names of the settings with the hours of the tables."""
    found = (each for table in _TABLES for state in table.timeouts for each in table.alternatives(state))
    return sorted({timeout.hours for timeout in found if timeout.hours is not None})


async def put(tx: Transaction[Settings], owner: str, *, rules: Sequence[DeadlineRule]) -> RuleSetVersion:
    """Add a version of the rules of the platform (`platform`) or of a merchant. It holds for deadlines that are set later.

    Raises:
        RuleUnknown, RuleTwice: see `check_rules`.
        Stale: the request's If-Match names another version.
    """
    await tx.one(LOCK_VERSIONS, versions_of=f"rules of {owner}")
    newest = await tx.one(RULES_OF, owner=owner)
    tx.check_condition(newest.version if newest else 0)  # shown as version 0
    check_rules(rules, timers(), [each.id for each in await tx.all(NEWEST_CALENDARS)], _VALUES)
    version = RuleSetVersion(
        owner=owner,
        version=newest.version + 1 if newest else 1,
        rules=documents(rules),
        created_by=tx.actor.id,
        created_at=tx.now,
    )
    await tx.insert(RULE_SETS, version)
    tx.wake(TIMING)
    return version
