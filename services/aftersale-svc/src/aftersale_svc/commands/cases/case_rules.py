"""Rules of merchants: published as versions, and tried on the cases of the past."""

from collections.abc import Sequence
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from asyncpg import Record

from aftersale_svc.commands.cases import merchant_settings
from aftersale_svc.commands.cases.rule_facts import past_request
from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingKind
from aftersale_svc.domain.permissions import MERCHANT, check_merchant
from aftersale_svc.domain.rules.documents import rules_of
from aftersale_svc.domain.rules.matching import longest_history
from aftersale_svc.domain.rules.model import Document
from aftersale_svc.domain.rules.policy import check_rules
from aftersale_svc.domain.rules.trials import Trial, tried
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_rules import LATEST_CASES, PAST_CASES
from aftersale_svc.tables.cases.merchant_settings import SETTING_OF

MOST_PAST_CASES_OF_ALL = 20_000


async def publish(tx: Transaction[Settings], merchant_id: str, *, rules: Sequence[Document]) -> MerchantSetting:
    """Publish rules as the next version, which is in force for cases opened from now on.

    Raises:
        NotFound: the actor acts for another merchant.
        Stale: the request's If-Match names another version.
        RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval: see `check_rules`.
    """
    check_rules(rules_of(rules), rules)
    return await merchant_settings.put(tx, merchant_id, SettingKind.CASE_RULES, {"rules": list(rules)})


async def try_out(tx: Transaction[Settings], merchant_id: str, *, rules: Sequence[Document], most: int) -> Trial:
    """Judge the newest cases of a merchant by other rules, and change nothing.

    Raises:
        NotFound: the actor acts for another merchant, or the merchant has neither cases nor rules.
        RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval: see `check_rules`.
    """
    check_merchant(tx.actor, merchant_id)
    draft = rules_of(rules)
    check_rules(draft, rules)
    known = await tx.one(SETTING_OF, merchant_id=merchant_id, kind=SettingKind.CASE_RULES)
    tx.check_condition(None if known is None else known.version)
    in_force = rules_of(known.content["rules"]) if known is not None else []
    found = await tx.all(LATEST_CASES, merchant_id=merchant_id, most=most)
    if not found and known is None and tx.actor.role not in MERCHANT.roles:
        raise NotFound(what=SettingKind.CASE_RULES)
    looks_back = longest_history([*in_force, *draft])
    past = await _histories(tx, merchant_id, found, looks_back) if found and looks_back else []
    return Trial([tried(past_request(record, past), in_force, draft) for record in found])


async def _histories(
    tx: Transaction[Settings], merchant_id: str, found: Sequence[Record], looks_back: timedelta
) -> list[Record]:
    """The cases that these cases' buyers opened before them."""
    since = min(record["created_at"] for record in found) - looks_back
    buyers = sorted({record["buyer_id"] for record in found})
    return await tx.all(PAST_CASES, buyer_ids=buyers, merchant_id=merchant_id, since=since, most=MOST_PAST_CASES_OF_ALL)
