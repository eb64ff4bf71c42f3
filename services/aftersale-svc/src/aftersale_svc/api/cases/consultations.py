"""Questions about units of an order 咨询: answered, asked again, resolved."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.consultations import AnswerQuestionIn, AskAgainIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import consultations
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE = NoteIn()


@router.post("/{case_id}/answer", **step(CASE.values(), CaseAction.ANSWER, "answerQuestion", EvidenceUnusable))
async def answer_question(case_id: CaseId, body: AnswerQuestionIn, tx: Tx[Settings]) -> CaseOut:
    """Answer a question as the merchant, or as an agent. The buyer may ask again, or resolve it."""
    answered = await consultations.answer(tx, case_id, text=body.text, evidence=body.evidence)
    return CaseOut.seen(answered, tx)


@router.post("/{case_id}/ask-again", **step(CASE.values(), CaseAction.ASK_AGAIN, "askAgain", EvidenceUnusable))
async def ask_again(case_id: CaseId, body: AskAgainIn, tx: Tx[Settings]) -> CaseOut:
    """Ask more about the answer, as the buyer."""
    asked = await consultations.ask_again(tx, case_id, text=body.text, evidence=body.evidence)
    return CaseOut.seen(asked, tx)


@router.post("/{case_id}/resolve", **step(CASE.values(), CaseAction.RESOLVE, "resolveQuestion"))
async def resolve_question(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """End the question as the buyer: it was answered."""
    return CaseOut.seen(await consultations.resolve(tx, case_id, note=body.note), tx)
