"""What a merchant publishes about its cases: rules in versions, and where goods go back to."""

from collections.abc import Sequence
from datetime import timedelta
from json import dumps

from aftercare_chassis.database.mapping import viewer
from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import CaseRulesPublished, DefaultReturnAddressSet, TraceFields, digest, trace_fields
from asyncpg import Record

from aftersale_svc.commands.rule_facts import past_request
from aftersale_svc.domain.permissions import MERCHANT
from aftersale_svc.domain.rules.documents import rules_of
from aftersale_svc.domain.rules.matching import longest_history
from aftersale_svc.domain.rules.model import DefaultReturnAddress, Document, RuleSet, RuleSetVersion
from aftersale_svc.domain.rules.policy import check_rules
from aftersale_svc.domain.rules.trials import Trial, tried
from aftersale_svc.settings import Settings
from aftersale_svc.tables.case_rules import (
    LATEST_CASES,
    PAST_CASES,
    RETURN_ADDRESS_OF,
    RETURN_ADDRESSES,
    RULE_SET_OF,
    RULE_SET_VERSIONS,
    RULE_SETS,
)

MOST_PAST_CASES_OF_ALL = 20_000


async def publish(tx: Transaction[Settings], merchant_id: str, *, rules: Sequence[Document]) -> RuleSet:
    """Publish rules as the next version, which is in force for cases opened from now on.

    Raises:
        NotFound: the actor acts for another merchant.
        Stale: the request's If-Match names another version.
        RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval: see `check_rules`.
    """
    check_merchant(tx, merchant_id)
    check_rules(rules_of(rules), rules)
    known = await tx.one(RULE_SET_OF, merchant_id=merchant_id)
    if known is None:
        tx.check_condition()
    else:
        known = await tx.lock(RULE_SETS, known.id)
    row = RuleSet(
        id=tx.new_id("rules") if known is None else known.id,
        version=0 if known is None else known.version,
        merchant_id=merchant_id,
        rules=list(rules),
        published_by=tx.actor.id,
        published_at=tx.now,
    )
    event = _published(tx, row)
    saved = await (tx.create if known is None else tx.save)(RULE_SETS, row, event)
    version = RuleSetVersion(
        rule_set_id=saved.id,
        version=saved.version,
        merchant_id=merchant_id,
        rules=saved.rules,
        published_by=saved.published_by,
        published_at=saved.published_at,
    )
    await tx.insert(RULE_SET_VERSIONS, version)
    return saved


async def try_out(tx: Transaction[Settings], merchant_id: str, *, rules: Sequence[Document], most: int) -> Trial:
    """Judge the newest cases of a merchant by other rules, and change nothing.

    Raises:
        NotFound: the actor acts for another merchant, or the merchant has neither cases nor rules.
        RuleRepeated, CurrenciesDiffer, RangeEmpty, AddressWithoutApproval: see `check_rules`.
    """
    check_merchant(tx, merchant_id)
    draft = rules_of(rules)
    check_rules(draft, rules)
    known = await tx.one(RULE_SET_OF, merchant_id=merchant_id)
    if known is not None:
        await tx.lock(RULE_SETS, known.id)  # which checks If-Match
    in_force = rules_of(known.rules) if known is not None else []
    found = await tx.all(LATEST_CASES, merchant_id=merchant_id, most=most)
    if not found and known is None and tx.actor.role not in MERCHANT.roles:
        raise NotFound(what=RULE_SETS.name)
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


async def set_return_address(
    tx: Transaction[Settings], merchant_id: str, *, address: dict[str, str]
) -> DefaultReturnAddress:
    """Set where the goods of a merchant go back to if an approval names no address. Approvals before keep theirs.

    Raises:
        NotFound: the actor acts for another merchant.
        Stale: the request's If-Match names another version.
    """
    check_merchant(tx, merchant_id)
    known = await tx.one(RETURN_ADDRESS_OF, merchant_id=merchant_id)
    if known is None:
        tx.check_condition()
    else:
        known = await tx.lock(RETURN_ADDRESSES, known.id)
    row = DefaultReturnAddress(
        id=tx.new_id("addr") if known is None else known.id,
        version=0 if known is None else known.version,
        merchant_id=merchant_id,
        address=address,
        updated_by=tx.actor.id,
        updated_at=tx.now,
    )
    return await (tx.create if known is None else tx.save)(RETURN_ADDRESSES, row, _address_set(tx, row))


def check_merchant(read: Reader[Settings], merchant_id: str) -> None:
    """Refuse a seller of another merchant. Raises: NotFound."""
    if read.actor.role in MERCHANT.roles and viewer(read.actor) != merchant_id:
        raise NotFound(what=RULE_SETS.name)


def _published(tx: Transaction[Settings], rules: RuleSet) -> CaseRulesPublished:
    text = dumps(rules.rules, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return CaseRulesPublished(
        **_fields(tx, rules.merchant_id, "published"),
        setting_id=rules.id,
        merchant_id=rules.merchant_id,
        rules_version=rules.version + 1,
        rule_count=len(rules.rules),
        rules_hash=digest(text),
    )


def _address_set(tx: Transaction[Settings], row: DefaultReturnAddress) -> DefaultReturnAddressSet:
    return DefaultReturnAddressSet(
        **_fields(tx, row.merchant_id, "set"), setting_id=row.id, merchant_id=row.merchant_id
    )


def _fields(tx: Transaction[Settings], merchant_id: str, result: str) -> TraceFields:
    return trace_fields(tx, affected_party=merchant_id, applicant=tx.actor.id, result=result)
