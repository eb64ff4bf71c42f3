"""The graph of everything that can become of one claim, explored with the service's own commands."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aftercare_chassis.lifecycle import PLAIN_HOURS, Actor
from aftercare_chassis.refusals import NotFound, Refusal
from aftercare_events import Event
from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, Reason
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.deposits.model import Deposit
from aftersale_svc.domain.evidence.model import CitedFile, EvidenceState
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims import courier_claims
from aftersale_svc.tables.evidence import evidence
from aftersale_svc.tables.money.deposits import DEPOSIT_TO_LOCK

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLAIM = "clm_1"
CASE_BESIDE = Case(
    id="case_1",
    version=1,
    order_id="ord_1",
    payment_id="pay_1",
    buyer_id="buyer-1",
    merchant_id="m-1",
    applicant_id="buyer-1",
    type=CaseType.REFUND_ONLY,
    reason=Reason.QUALITY_DEFECT,
    stage=Stage.POST_RECEIPT,
    state=CaseState.MANUAL_REVIEW,
    whose_turn="agent",
    deadline_at=NOW,
    currency="CNY",
    requested_minor=19133,
    shipping_refund_minor=0,
    description=None,
    evidence=[],
    created_at=NOW,
    updated_at=NOW,
)
DEPOSIT = Deposit(id="dep_1", version=1, merchant_id="m-1", currency="CNY", balance_minor=10**6, updated_at=NOW)
Command = Callable[[Any], Awaitable[object]]
Facts = Callable[[Any], object]
"""What decides how a claim can go on: two claims with the same facts are one place in the graph."""


@dataclass
class ClaimTransaction:
    """A transaction on one claim in memory."""

    claim: Any  # of any kind
    actor: Actor
    now: datetime
    settings: Settings
    timing: Any = PLAIN_HOURS
    timer_of: str = ""

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self.steps: list[Any] = []

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_1"

    async def lock(self, rows: Any, *key: Any) -> Any:
        if key[0] != self.claim.id:
            raise NotFound(what=rows.name)
        return self.claim

    async def save(self, rows: Any, row: Any, *events: Event) -> Any:
        assert events, "a change is published"
        self.events += events
        self.claim = row
        return row

    async def get(self, rows: Any, *key: Any) -> Any:
        return CASE_BESIDE

    async def all(self, query: Any, **params: Any) -> list[Any]:
        """All evidence was checked, and the legs of the case have no rows."""
        if query in evidence.STATES_OF_CITED.values():
            return [CitedFile(each, EvidenceState.ACCEPTED, EvidenceKind.PHOTO) for each in params["cited"]]
        return []

    async def one(self, query: Any, **_: Any) -> Any:
        """The deposit has what is claimed; no policy is in force, and no other claim was filed."""
        if query is DEPOSIT_TO_LOCK:
            return DEPOSIT
        sums = {courier_claims.FILED_BESIDE: {"filed_minor": 0, "worth_minor": 0}}
        return (sums | {courier_claims.TAKEN_OF_PARCEL: {"taken_minor": 0}}).get(query)

    look_up = one

    async def insert(self, rows: Any, *new: Any) -> None:
        self.steps += new

    async def insert_last(self, rows: Any, row: Any) -> None:
        """Decisions are not read again."""


async def explore(
    first: Any,
    people: Mapping[str, Command],
    timer: Callable[..., Awaitable[object]],
    facts: Facts,
    roles: tuple[str, ...],
) -> tuple[dict[object, set[object]], dict[object, Any]]:
    """Every place that is reached by people and timers, with the places that follow it."""
    graph: dict[object, set[object]] = {}
    places = {facts(first): first}
    waiting = deque([first])
    while waiting:
        claim = waiting.popleft()
        found = [await _after(claim, role, command) for command in people.values() for role in roles]
        if claim.deadline_at is not None:
            found.append(await _after(claim, "system", lambda tx: timer(tx, tx.claim), claim.deadline_at))
        graph[facts(claim)] = {facts(each) for each in found} - {facts(claim)}
        for each in found:
            if facts(each) not in places:
                places[facts(each)] = each
                waiting.append(each)
    return graph, places


async def _after(claim: Any, role: str, command: Command, now: datetime = NOW) -> Any:
    """The claim after one command; the same where it is refused."""
    actor = Actor("system" if role == "system" else f"{role}-1", role)
    tx = ClaimTransaction(claim, actor, now, Settings.model_construct())
    try:
        await command(tx)
    except Refusal:
        return claim
    return tx.claim


def stuck(graph: Mapping[object, set[object]], ends: set[object]) -> set[object]:
    """The places from which no end can be reached."""
    leading, before = set(ends), -1
    while len(leading) > before:
        before = len(leading)
        leading |= {place for place, following in graph.items() if following & leading}
    return set(graph) - leading
