"""New versions of the rules of hours."""

from collections.abc import Collection, Mapping, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import TIMING

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.deadlines.own_rules import check_own_rules
from aftersale_svc.domain.deadlines.rules import DeadlineRule, check_rules, own_rules
from aftersale_svc.domain.deadlines.schedules import Schedules
from aftersale_svc.domain.deadlines.stored import RuleSetVersion, documents
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.permissions import PLATFORM_OWNER
from aftersale_svc.domain.timers import MERCHANTS_CHOICE, TURNS
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.calendars import LOCK_VERSIONS, NEWEST_CALENDARS, RULE_SETS, RULES_OF

# Plain texts: sentences write the members of enumerations by their names, and a request has the codes.
_VALUES: Mapping[str, Collection[str]] = {
    "type": {each.value for each in CaseType},
    "reason": {each.value for each in Reason},
    "stage": {each.value for each in Stage},
}


async def put(tx: Transaction[Settings], owner: str, *, rules: Sequence[DeadlineRule]) -> RuleSetVersion:
    """Add a version of the rules of this owner: `platform`, a merchant, or `own_rules` of one. It holds for deadlines that are set later.

    Raises:
        RuleUnknown, RuleTwice: see `check_rules`.
        Stale: the request's If-Match names another version.
    """
    await tx.lock_all(LOCK_VERSIONS, versions_of=f"rules of {owner}")
    newest = await tx.one(RULES_OF, owner=owner)
    tx.check_condition(newest.version if newest else 0)  # shown as version 0
    check_rules(rules, TURNS, [each.id for each in await tx.all(NEWEST_CALENDARS)], _VALUES)
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


async def put_own(tx: Transaction[Settings], merchant_id: str, *, rules: Sequence[DeadlineRule]) -> RuleSetVersion:
    """Add a version of the rules that a merchant sets itself.

    Raises:
        RuleUnknown, OwnRuleOutOfBounds: see `check_own_rules`.
        RuleUnknown, RuleTwice, Stale: see `put`.
    """
    given = {}
    for owner in (merchant_id, PLATFORM_OWNER):
        if (newest := await tx.one(RULES_OF, owner=owner)) is not None:
            given[owner] = newest.rule_set
    hours = {timer: getattr(tx.settings, timer) for timer in MERCHANTS_CHOICE}
    check_own_rules(rules, merchant_id, Schedules(given, choices=MERCHANTS_CHOICE), hours)
    return await put(tx, own_rules(merchant_id), rules=rules)
