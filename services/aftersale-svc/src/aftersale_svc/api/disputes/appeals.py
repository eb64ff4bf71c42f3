"""Appeals 申诉: each side may appeal once against a verdict, which another arbitrator confirms or replaces."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.disputes.disputes import NOT_TO_DECIDE, VERDICT_REFUSALS
from aftersale_svc.api.parameters import DisputeId
from aftersale_svc.api.schemas.disputes.appeals import AppealIn, ConfirmationIn
from aftersale_svc.api.schemas.disputes.disputes import DisputeOut, JudgementIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.disputes import appeals
from aftersale_svc.domain.cases.errors import VerdictInExecution
from aftersale_svc.domain.cases.holders import UnitsHeldByAnother
from aftersale_svc.domain.disputes.errors import (
    AppealedAlready,
    AppealMissing,
    NotAppealable,
    VerdictFinal,
)
from aftersale_svc.domain.disputes.lab_test_errors import LabTestOpen
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
_APPEAL = (AppealMissing, NotAppealable, VerdictFinal, AppealedAlready)
_DECISION = (AppealMissing, LabTestOpen)


@router.post(
    "/{dispute_id}/appeal", **step([DISPUTE], DisputeAction.APPEAL, "appealVerdict", EvidenceUnusable, *_APPEAL)
)
async def appeal(dispute_id: DisputeId, body: AppealIn, tx: Tx[Settings]) -> DisputeOut:
    """Appeal against the verdict as one side, once and in time. Another arbitrator decides about it."""
    return DisputeOut.of(await appeals.appeal(tx, dispute_id, grounds=body.grounds, evidence=body.evidence), tx)


@router.post(
    "/{dispute_id}/confirm-verdict",
    **step([DISPUTE], DisputeAction.CONFIRM_VERDICT, "confirmVerdict", *NOT_TO_DECIDE, *_DECISION, *CITATIONS),
)
async def confirm_verdict(dispute_id: DisputeId, body: ConfirmationIn, tx: Tx[Settings]) -> DisputeOut:
    """Let the verdict stay, as another arbitrator. It is final then; one that has waited for that is executed."""
    return DisputeOut.of(await appeals.confirm(tx, dispute_id, grounds=body.grounds, cites=body.citations()), tx)


@router.post(
    "/{dispute_id}/replace-verdict",
    **step(
        [DISPUTE],
        DisputeAction.REPLACE_VERDICT,
        "replaceVerdict",
        *VERDICT_REFUSALS,
        *_DECISION,
        VerdictInExecution,
        UnitsHeldByAnother,
    ),
)
async def replace_verdict(dispute_id: DisputeId, body: JudgementIn, tx: Tx[Settings]) -> DisputeOut:
    """Give another verdict, as another arbitrator. It is final.

    One that was executed is replaced as far as that is possible: where it has paid nothing, the case is opened again and pays;
    where money went back, the difference is recorded as an entry, and no money moves by that.
    """
    replaced = await appeals.replace_verdict(tx, dispute_id, verdict=body.verdict(), cites=body.citations())
    return DisputeOut.of(replaced, tx)
