"""Another kind of claim is one table and its own facts: here a claim on the supplier of the goods, with its commands and words."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.database.columns import aggregate, minor, text, texts, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Rows
from aftercare_chassis.lifecycle import Lifecycle, SystemContext, Timeout, Transition
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_events.catalogue.claims import ClaimEvent
from aftersale_svc.api.schemas.claims.claims import ClaimOut
from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.claim_steps import ClaimSteps
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.permissions import MERCHANT_OR_AGENT, SYSTEM_ONLY
from aftersale_svc.domain.wording.claims import ClaimWords, explain
from aftersale_svc.tables.claims.claim_kinds import stored
from claim_walk import CLAIM, NOW, ClaimTransaction, explore, stuck
from sqlalchemy import MetaData, Table

# What is new: its codes, its row, its table, its rows and its words.


class SupplierState(StrEnum):
    ASKED = "asked"
    PAID = "paid"
    GIVEN_UP = "given_up"


class SupplierAction(StrEnum):
    PAY = "pay"
    GIVE_UP = "give_up"


class NothingPaid(Refusal):
    kind, code = Kind.INVALID, "nothing_paid"
    zh, en = "金额必须大于零。", "The amount has to be above zero."


class PaidTooMuch(Refusal):
    kind, code = Kind.INVALID, "paid_too_much"
    zh, en = "超过 {most_minor:money}。", "More than {most_minor:money}."


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierClaim:
    id: str = CLAIM
    version: int = 1
    kind: str = "supplier"
    case_id: str = "case_1"
    order_id: str = "ord_1"
    merchant_id: str = "m-1"
    buyer_id: str = ""
    opened_by: str = "seller-1"
    state: SupplierState = SupplierState.ASKED
    whose_turn: str = "merchant"
    deadline_at: datetime | None = NOW + timedelta(hours=1)
    evidence: list[str]
    claimed_minor: int = 1000
    paid_minor: int | None = None
    currency: str = "CNY"
    party_ids: list[str] = field(default_factory=list)
    created_at: datetime = NOW
    updated_at: datetime = NOW


_S, _A = SupplierState, SupplierAction
SUPPLIER_CLAIM: Lifecycle[SupplierState, SupplierAction] = Lifecycle(
    "supplier claim",
    initial=_S.ASKED,
    transitions={
        (_S.ASKED, _A.PAY): Transition(_S.PAID, MERCHANT_OR_AGENT),
        (_S.ASKED, _A.GIVE_UP): Transition(_S.GIVEN_UP, SYSTEM_ONLY),
    },
    timeouts={_S.ASKED: Timeout("merchant", "courier_claim_filing_hours", _A.GIVE_UP, "supplier_silent")},
    ends={_S.PAID, _S.GIVEN_UP},
)
DOCUMENT: Any = "supplier_claim"
SUPPLIER: ClaimType[SupplierClaim] = ClaimType(DOCUMENT, SUPPLIER_CLAIM)
TABLE = Table(
    "supplier_claims",
    MetaData(),
    *aggregate(),
    *map(text, ("kind", "case_id", "order_id", "merchant_id", "buyer_id", "opened_by", "state", "whose_turn")),
    timestamp("deadline_at", null=True),
    texts("evidence"),
    *minor("claimed_minor"),
    *minor("paid_minor", null=True),
    text("currency"),
    texts("party_ids"),
    timestamp("created_at"),
    timestamp("updated_at"),
)
SEEN_BY: SeenBy = {"agent": None}
KIND = stored(
    SUPPLIER,
    Rows(TABLE, SupplierClaim),
    Listing(TABLE, SupplierClaim, filters=("case_id",), seen_by=SEEN_BY),
    SEEN_BY,
)
STEPS: ClaimSteps[SupplierAction, SupplierClaim] = ClaimSteps(KIND)
WORDS = ClaimWords(
    SUPPLIER,
    states={_S.ASKED: Label("等待供应商", "The supplier has to pay"), _S.PAID: Label("已付", "Paid")},
    actions={_A.PAY: Label("登记付款", "record the payment"), _A.GIVE_UP: Label("终止", "end it")},
    effects={"supplier_silent": Label("终止", "the claim ends")},
    why_not={},
    what=lambda claim: Label("向供应商索赔", "A claim on the supplier"),
    money=lambda claim: Label(f"{claim.claimed_minor}", f"{claim.claimed_minor}"),
)


async def pay(tx: Any, *, amount_minor: int = 1000) -> SupplierClaim:
    moved = await STEPS.move(tx, CLAIM, _A.PAY)
    check_amount(amount_minor, None, moved.claimed_minor, moved.currency, missing=NothingPaid, exceeds=PaidTooMuch)
    paid = replace(moved, paid_minor=amount_minor)
    return await STEPS.save(tx, paid, _A.PAY, ClaimEvent(**claim_fields(tx, paid), matter="supplier_claim"))


@STEPS.timer(_A.GIVE_UP)
async def give_up(tx: Any, claim: SupplierClaim) -> None:
    ended = STEPS.moved(tx, claim, _A.GIVE_UP)
    await STEPS.save(tx, ended, _A.GIVE_UP, ClaimEvent(**claim_fields(tx, ended), matter="supplier_claim"))


@pytest.fixture
def first(acting: Callable[..., SystemContext]) -> SupplierClaim:
    return SUPPLIER_CLAIM.start(SupplierClaim(evidence=[]), acting())


async def test_everything_that_the_claim_can_reach_leads_to_an_end(first: SupplierClaim) -> None:
    def facts(claim: SupplierClaim) -> object:
        return claim.state, claim.paid_minor

    graph, places = await explore(first, {"pay": pay}, STEPS.timer.act, facts, ("buyer", "seller"))
    assert not stuck(graph, {place for place, claim in places.items() if claim.state in SUPPLIER_CLAIM.ends})
    assert {claim.state for claim in places.values()} == set(SupplierState)


@pytest.mark.parametrize(("amount_minor", "refusal"), [(0, NothingPaid), (1001, PaidTooMuch)])
async def test_its_amounts_have_refusals_of_their_own(
    first: SupplierClaim, acting: Callable[..., SystemContext], amount_minor: int, refusal: type[Refusal]
) -> None:
    context = acting("seller")
    tx = ClaimTransaction(first, context.actor, context.now, context.settings)
    with pytest.raises(refusal):
        await pay(tx, amount_minor=amount_minor)
    assert tx.events == []


async def test_its_events_and_its_steps_are_those_of_any_claim(
    first: SupplierClaim, acting: Callable[..., SystemContext]
) -> None:
    context = acting("seller")
    tx = ClaimTransaction(first, context.actor, context.now, context.settings)
    await pay(tx)
    [event] = tx.events
    assert isinstance(event, ClaimEvent)
    assert (event.kind, event.state, event.terminal, event.affected_party) == ("supplier", "paid", True, "m-1")
    [step] = tx.steps
    assert (step.action, step.state, step.actor_id) == ("pay", "paid", "seller-1")


def test_people_read_it_and_see_what_they_may_do(first: SupplierClaim, acting: Callable[..., SystemContext]) -> None:
    found = explain(WORDS, first, acting("seller"))
    assert found.then == Label("逾期未处理：终止", "If nothing happens by then, the claim ends")
    assert {each.action: each.why_not for each in found.actions}["pay"] is None
    shown = ClaimOut.fields_of(SUPPLIER, first, acting("buyer"))
    assert (shown["deadline_effect"], shown["claimed"].amount) == ("supplier_silent", 1000)
    assert {each.action: each.allowed for each in shown["allowed_actions"]} == {"pay": False, "give_up": False}
