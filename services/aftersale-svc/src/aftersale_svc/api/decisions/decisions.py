"""Decisions 处理决定: what was decided about a case, and why."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path, Query

from aftersale_svc import queries
from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.decisions.decisions import DecisionOut, DecisionsOut, ReplayOut
from aftersale_svc.commands.decisions import replays
from aftersale_svc.domain.policies.errors import NothingCited, PolicyUnknown, RulesOfMerchant
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=ApiRoute)
READERS = require_role("buyer", "seller", "agent", "arbitrator", "admin")
DecisionId = Annotated[Id, Path(description="The id of the decision.")]


@router.get("/cases/{case_id}/decisions", operation_id="listCaseDecisions")
async def list_case_decisions(case_id: CaseId, reader: Read[Settings]) -> DecisionsOut:
    """List every decision about a case, oldest first."""
    found = await queries.decisions(reader, case_id)
    return DecisionsOut(data=[DecisionOut.model_validate(each) for each in found])


@router.get("/decisions/{decision_id}", operation_id="getDecision")
async def get_decision(decision_id: DecisionId, reader: Read[Settings]) -> DecisionOut:
    """Get a decision with the facts that it was made by."""
    return DecisionOut.model_validate(await queries.decision(reader, decision_id))


@router.post(
    "/decisions/{decision_id}/replay",
    operation_id="replayDecision",
    responses=refusals(NothingCited, PolicyUnknown, RulesOfMerchant),
    dependencies=[READERS],
)
async def replay_decision(
    decision_id: DecisionId,
    tx: Tx[Settings],
    rules_version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Judge by this version of the rules.")
    ] = None,
    policy: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Compare with this version of the policy.")
    ] = None,
) -> ReplayOut:
    """Show what another version would have decided by the recorded facts. Nothing changes.

    Rules judge the facts again; buyers do not see them. A policy is a text: shown is whether what the decision cites of it is the same in
    the other version; where it is, the decision is unaffected. As far as the clauses of that version state terms for machines,
    `policy_outcomes` has what it would decide: whether the request is possible, its window and the amount. A decision that cites nothing
    (`no_policy_published`) is replayed by rules alone.
    """
    return ReplayOut.of(await replays.compare(tx, decision_id, rules_version=rules_version, policy=policy))
