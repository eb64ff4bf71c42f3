"""The facts that rules judge, of a case that is being opened and of cases of the past."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from asyncpg import Record

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.initiators import initiator_of
from aftersale_svc.domain.cases.model import Case, RequestedLine
from aftersale_svc.domain.cases.policy import evidence_need, required_reasons
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.facts import EarlierCase, RequestFacts
from aftersale_svc.domain.rules.matching import longest_history, looks_at_evidence, looks_at_reuse
from aftersale_svc.domain.rules.model import OrderToOpen, Rule
from aftersale_svc.domain.rules.trials import PastRequest
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_rules import LOCK_HISTORY, PAST_CASES
from aftersale_svc.tables.evidence.evidence import CHECKED_FILES
from aftersale_svc.tables.evidence.evidence_reuse import IS_REUSED

MOST_PAST_CASES = 1_000


async def request_facts(
    tx: Transaction[Settings], order: OrderToOpen, case: Case, lines: Sequence[RequestedLine], rules: Sequence[Rule]
) -> RequestFacts:
    """The facts of a case as it is now. The buyer's earlier cases are read where a rule looks at them.

    Then the buyer opens one case at a time at this merchant, until the end of the transaction.
    """
    looks_back = longest_history(rules)
    history: list[Record] = []
    if looks_back is not None:
        await tx.one(LOCK_HISTORY, history_of=f"cases of {case.buyer_id} at {case.merchant_id}")
        whose = {"buyer_ids": [case.buyer_id], "merchant_id": case.merchant_id}
        found = await tx.all(PAST_CASES, **whose, since=case.created_at - looks_back, most=MOST_PAST_CASES)
        # Ids are given before the lock: what is here when a case is opened came before it, whatever its id.
        history = [each for each in found if case.version == 0 or each["id"] < case.id]
    categories = order.categories or {}
    number, kinds = await _checked_files(tx, case) if looks_at_evidence(rules) else (None, None)
    return RequestFacts(
        type=case.type,
        reason=case.reason,
        stage=case.stage,
        initiator=case.initiator or initiator_of(tx.actor.role),
        amount_minor=case.requested_minor + case.shipping_refund_minor,
        currency=case.currency,
        skus=tuple(line.sku for line in lines),
        categories=tuple(categories.get(line.line_id) for line in lines),
        evidence_need=evidence_need(TYPES[case.type], case.reason, required_reasons(order)),
        evidence=number,
        evidence_kinds=kinds,
        evidence_reused=await _is_reused(tx, case) if looks_at_reuse(rules) else None,
        opened_at=case.created_at,
        history=tuple(EarlierCase(min(each["created_at"], case.created_at), each["was_rejected"]) for each in history),
    )


async def _checked_files(tx: Transaction[Settings], case: Case) -> tuple[int, tuple[str, ...]]:
    """How many files the request cites, and their kinds; a hash alone is whatever the applicant has written."""
    if not case.evidence:
        return 0, ()
    [found] = await tx.all(CHECKED_FILES, order_id=case.order_id, cited=case.evidence)
    return int(found["number"]), tuple(found["kinds"] or ())


async def _is_reused(tx: Transaction[Settings], case: Case) -> bool:
    if not case.evidence:
        return False
    [found] = await tx.all(IS_REUSED, order_id=case.order_id, cited=case.evidence)
    return bool(found["is_reused"])


def past_request(record: Record, past: Sequence[Record]) -> PastRequest:
    """A case of the past, with those of these cases that its buyer had opened before; evidence is needed as its merchant requires it now."""
    type_, reason = CaseType(record["type"]), Reason(record["reason"])
    before = [
        _earlier_case(each) for each in past if each["buyer_id"] == record["buyer_id"] and each["id"] < record["id"]
    ]
    facts = RequestFacts(
        type=type_,
        reason=reason,
        stage=Stage(record["stage"]),
        initiator=initiator_of(record["opened_by"] or ""),
        amount_minor=record["amount_minor"],
        currency=record["currency"],
        skus=tuple(record["skus"]),
        categories=tuple(record["categories"]),
        evidence_need=evidence_need(TYPES[type_], reason, record["required_for"] or ()),
        evidence=record["evidence"],
        evidence_kinds=tuple(record["evidence_kinds"] or ()),
        evidence_reused=record["evidence_reused"],
        opened_at=record["created_at"],
        history=tuple(before),
    )
    return PastRequest(case_id=record["id"], facts=facts, decided=record["decided"], decided_by=record["decided_by"])


def _earlier_case(record: Record) -> EarlierCase:
    return EarlierCase(record["created_at"], record["was_rejected"])
