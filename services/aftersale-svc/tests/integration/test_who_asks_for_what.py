"""Who may ask for which type of case, where the goods are, and for which reason: every combination of them.

The tables state what the domain and the README promise; nothing in them is computed from the tables of the service. The options
of an order and the request itself are both compared with them.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.testing import Harness
from aftersale_shop import HASH, KETTLE, Shop
from aftersale_svc import main
from aftersale_svc.commands.cases import cases
from aftersale_svc.domain.cases.codes import CaseType, Initiator, Reason
from aftersale_svc.domain.cases.requests import Prices, Request, Wanted
from aftersale_svc.domain.orders.model import Stage
from checked_files import files_of

PRE, TRANSIT, RECEIPT = "pre_ship", "in_transit", "post_receipt"
ORDERS = {PRE: "ord_pre", TRANSIT: "ord_transit", RECEIPT: "ord_receipt"}
ACTORS = {
    "buyer": Actor("buyer-1", "buyer"),
    "merchant": Actor("seller-1", "seller", "m-1"),
    "agent": Actor("agent-1", "agent"),
    "platform": Actor("admin-1", "admin"),
    "system": Actor("system", "system"),
}
PEOPLE = ("buyer", "merchant", "agent", "platform")

TYPES: dict[str, set[str]] = {
    # type: at which stages of the goods.
    "return_refund": {TRANSIT, RECEIPT},
    "refund_only": {PRE, TRANSIT, RECEIPT},
    "cancel_unshipped": {PRE, TRANSIT},  # in transit: of units that have not left
    "consult": {PRE, TRANSIT, RECEIPT},
    "reship_parts": {TRANSIT, RECEIPT},
    "price_adjust": {PRE, TRANSIT, RECEIPT},
    "refused_delivery": {TRANSIT},  # also by the system where the courier reports the refusal
    "exchange": {TRANSIT, RECEIPT},
    "repair": {RECEIPT},
    "fast_exchange": {RECEIPT},
}

ALWAYS, ONCE_SHIPPED, ONCE_RECEIVED = {PRE, TRANSIT, RECEIPT}, {TRANSIT, RECEIPT}, {RECEIPT}
NO_ADJUSTMENT = {"price_adjust"}
NO_REPAIR = {"repair"}
ABOUT_SERVICE = {"price_adjust", "refused_delivery", "fast_exchange", "repair"}
REASONS: dict[str, tuple[set[str], set[str]]] = {
    # reason: where the goods are when it can be true, and the types that are no remedy for it.
    "changed_mind": (ALWAYS, NO_ADJUSTMENT | NO_REPAIR),
    "wrong_size_or_model": (ALWAYS, NO_REPAIR),
    "ordered_by_mistake": (ALWAYS, NO_ADJUSTMENT | NO_REPAIR),
    "price_dropped": (ALWAYS, {"fast_exchange", "repair"}),
    "not_as_described": (ALWAYS, NO_REPAIR),
    "quality_defect": (ALWAYS, set()),
    "below_standard": (ALWAYS, set()),
    "dead_on_arrival": (ONCE_SHIPPED, {"refused_delivery", "price_adjust"}),
    "wrong_item": (ONCE_SHIPPED, NO_ADJUSTMENT | NO_REPAIR),
    "missing_parts": (ALWAYS, NO_REPAIR),
    "packaging_damaged": (ALWAYS, NO_REPAIR),
    "short_quantity": (ONCE_SHIPPED, {"fast_exchange", "repair"}),
    "counterfeit": (ALWAYS, NO_ADJUSTMENT | NO_REPAIR),
    "expired_or_near_expiry": (ALWAYS, NO_REPAIR),
    "no_licence_info": (ALWAYS, NO_REPAIR),
    "not_shipped_in_time": (ALWAYS, {"price_adjust", "fast_exchange", "repair"}),
    "no_tracking": (ONCE_SHIPPED, ABOUT_SERVICE),
    "lost_in_transit": (ONCE_SHIPPED, ABOUT_SERVICE),
    "damaged_in_transit": (ONCE_SHIPPED, set()),
    "empty_package": (ONCE_SHIPPED, {"price_adjust", "fast_exchange", "repair"}),
    "delivered_not_received": (ONCE_SHIPPED, ABOUT_SERVICE),
    "refused_at_door": (ONCE_SHIPPED, {"price_adjust", "fast_exchange", "repair"}),
    "called_back": (ONCE_SHIPPED, set(TYPES) - {"refused_delivery"}),
    "warranty_repair": (ONCE_RECEIVED, {"refused_delivery", "price_adjust"}),
    "paid_repair": (ONCE_RECEIVED, set(TYPES) - {"repair", "consult"}),
    "recall": (ALWAYS, NO_ADJUSTMENT),
    "safety_incident": (ALWAYS, NO_ADJUSTMENT),
    "service_attitude": (ALWAYS, ABOUT_SERVICE),
    "invoice_problem": (ALWAYS, set(TYPES) - {"consult"}),
}


def where(type_: str, stage: str) -> str:
    """Where the goods of the case are: what is cancelled has not left, though others of its order are on their way."""
    return PRE if type_ == "cancel_unshipped" and stage == TRANSIT else stage


NOT_OF_BUYERS = {"called_back"}


def reasons(type_: str, stage: str, initiator: str) -> set[str]:
    """For which reasons these people may ask for this type then; none where they may not."""
    barred = NOT_OF_BUYERS if initiator == "buyer" else set()
    return {
        reason
        for reason, (true_at, no_remedy) in REASONS.items()
        if stage in TYPES[type_] and where(type_, stage) in true_at and type_ not in no_remedy and reason not in barred
    }


def expected(type_: str, initiator: str, stage: str, reason: str) -> str | None:
    """The code that a request is refused with; None where it is accepted. All units of the order in transit have left."""
    if stage not in TYPES[type_]:
        return "stage_unsuitable"
    if reason not in reasons(type_, stage, initiator):
        return "reason_unsuitable"
    return "units_shipped" if (type_, stage) == ("cancel_unshipped", TRANSIT) else None


def combinations() -> Iterator[tuple[str, str, str, str]]:
    for type_ in TYPES:
        for initiator in (*PEOPLE, "system") if type_ == "refused_delivery" else PEOPLE:
            for stage in ORDERS:
                for reason in REASONS:
                    yield type_, initiator, stage, reason


class Undone(Exception):
    """Ends the transaction of a request that was accepted, so that it leaves nothing behind."""


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop that permits fast exchanges, with an order at each stage."""
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("fast-exchange", allowed=True)
        for stage, put in ((PRE, shop.paid), (TRANSIT, shop.shipped), (RECEIPT, shop.delivered)):
            await put(ORDERS[stage], (KETTLE.model_copy(update={"line_id": f"line_{stage}"}),))
            await files_of(shop, HASH, order_id=ORDERS[stage])
        yield shop


async def asked(shop: Shop, type_: str, initiator: str, stage: str, reason: str) -> str | None:
    """The code that a request is refused with, by the command of `POST /v1/cases`; None where it is accepted."""
    prices = Prices(2, 1, frozenset({"CNY"})) if type_ == "price_adjust" else None
    wanted = [Wanted(f"line_{stage}", 1, prices)]
    request = Request(ORDERS[stage], CaseType(type_), Reason(reason), "漏水", wanted, [HASH])
    try:
        async with shop.harness.runtime.transaction(ACTORS[initiator]) as tx:
            await cases.create(tx, request)
            await tx.flush()
            raise Undone
    except Undone:
        return None
    except Refusal as refusal:
        return refusal.code


def test_the_tables_name_every_code() -> None:
    assert set(TYPES) == set(CaseType)
    assert set(REASONS) == set(Reason)
    assert set(ACTORS) == set(Initiator)
    assert set(ORDERS) == set(Stage)


async def test_every_request_is_answered_as_the_tables_say(shop: Shop) -> None:
    wrong = [
        (*each, found, expected(*each))
        for each in combinations()
        if (found := await asked(shop, *each)) != expected(*each)
    ]
    assert wrong == []


@pytest.mark.parametrize("initiator", PEOPLE)
async def test_the_options_are_those_of_the_tables(shop: Shop, initiator: str) -> None:
    """The same for everybody who may read them, but for one reason: none of these people is refused a type because of who they are."""
    actor = ACTORS[initiator]
    client = shop.harness.client(actor.role, actor.id, tenant=actor.tenant or None)
    for stage, order_id in ORDERS.items():
        shown = (await client.get(f"/v1/orders/{order_id}/after-sale-options")).json()
        offered = {
            each["type"]: {reason["code"] for group in each["reasons"] for reason in group["reasons"]}
            for each in shown["types"]
        }
        assert offered == {type_: reasons(type_, stage, initiator) for type_ in TYPES}, stage
        [line] = shown["lines"]
        why_not = {each["type"]: each.get("why_not", {}).get("code") for each in line["options"]}
        first = {type_: min(reasons(type_, stage, initiator), default="quality_defect") for type_ in TYPES}
        assert why_not == {type_: expected(type_, initiator, stage, first[type_]) for type_ in TYPES}, stage


@pytest.mark.parametrize(
    ("role", "status"), [("buyer", 201), ("seller", 201), ("agent", 201), ("admin", 201), ("arbitrator", 403)]
)
async def test_the_route_is_open_to_the_parties_and_the_platform(shop: Shop, role: str, status: int) -> None:
    client = shop.harness.client(role, f"{role}-1", tenant="m-1" if role == "seller" else None)
    lines: list[dict[str, Any]] = [{"line_id": f"line_{RECEIPT}", "quantity": 1}]
    asked = {"order_id": ORDERS[RECEIPT], "type": "refund_only", "reason": "changed_mind", "lines": lines}
    previewed = await client.post("/v1/cases/preview", json=asked)
    assert previewed.status_code == {201: 200}.get(status, status), previewed.text
    answer = await shop.ask(order_id=ORDERS[RECEIPT], lines=lines, client=client)
    assert answer.status_code == status, answer.text


async def test_an_agent_sends_the_goods_back_for_who_has_called(shop: Shop) -> None:
    await shop.delivered()
    called = await shop.case(1, client=shop.agent)
    await shop.approve(called["id"])
    sent = await shop.act(shop.agent, called["id"], "ship", carrier="sf", waybill_no="SF1001")
    assert sent["state"] == "return_in_transit"
    corrected = await shop.act(shop.agent, called["id"], "correct-waybill", carrier="sf", waybill_no="SF1002")
    assert corrected["return_parcel"]["waybill_no"] == "SF1002"
    own = await shop.case(1)
    await shop.approve(own["id"])
    parcel = {"carrier": "sf", "waybill_no": "SF1003"}
    refused = await shop.agent.post(f"/v1/cases/{own['id']}/ship", json=parcel)
    shop.harness.problem(refused, 409, "not_opened_by_agent")
    assert (await shop.act(shop.buyer, own["id"], "ship", **parcel))["state"] == "return_in_transit"
