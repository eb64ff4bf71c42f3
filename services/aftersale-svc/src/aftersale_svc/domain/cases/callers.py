"""What an agent does for a buyer who has called, in a case that an agent has opened."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Actor, Guard, Permission, Transition
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import Initiator, RejectedBy
from aftersale_svc.domain.cases.manual_reviews.errors import AnswersAgent, NotOpenedByAgent
from aftersale_svc.domain.cases.manual_reviews.guards import SIDE
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.permissions import with_actor

_S, _A = CaseState, CaseAction
_AGENT = frozenset({"agent"})
Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
FOR_CALLERS = frozenset(
    {
        *(_A.SHIP, _A.CORRECT_WAYBILL, _A.BOOK_PICKUP, _A.MOVE_PICKUP, _A.CANCEL_PICKUP),
        *(_A.SUBMIT_SUPPLEMENT, _A.CHANGE_TYPE, _A.ACCEPT_OFFER, _A.DECLINE_OFFER, _A.COUNTER_OFFER),
        *(_A.ACCEPT, _A.REAPPLY, _A.ASK_AGAIN, _A.RESOLVE),
        *(_A.CONFIRM_REPLACEMENT, _A.REPORT_ANOMALY, _A.TAKE_REFUND),
        *(_A.DECLINE_QUOTE, _A.TAKE_EXCHANGE, _A.TAKE_GOODS_BACK),
    }
)
"""What an agent does for the buyer. The buyer alone agrees to pay something, or to a hold, and says what was paid."""


def _not_opened(case: Case, _: object) -> Refusal | None:
    return None if case.initiator is Initiator.AGENT else NotOpenedByAgent()


def _answers_agent(case: Case, _: object) -> Refusal | None:
    offered = case.state is _S.OFFER_PENDING and case.offered_in is _S.MANUAL_REVIEW
    asked = case.state is _S.AWAIT_SUPPLEMENT and case.asked_in is _S.MANUAL_REVIEW
    rejected = case.state is _S.REJECTED and case.rejected_by is RejectedBy.AGENT
    return AnswersAgent() if offered or asked or rejected else None


NOT_OPENED_BY_AGENT = Guard(NotOpenedByAgent.code, _not_opened, roles=_AGENT)
ANSWERS_AGENT = Guard(AnswersAgent.code, _answers_agent, roles=_AGENT)
"""No agent answers for the buyer what an agent has decided."""
# Who is the buyer acts as that, and who belongs to the merchant for no buyer of it.
_GUARDS = (NOT_OPENED_BY_AGENT, SIDE, ANSWERS_AGENT)


def open_to_callers(table: Table) -> Table:
    """The table of a type with what an agent does in it for a buyer who has called; what an agent reviews is the agent's own matter."""
    return {key: _opened(row) if _is_the_buyers(key, row) else row for key, row in table.items()}


def _is_the_buyers(key: tuple[CaseState, CaseAction], row: Transition[CaseState]) -> bool:
    state, action = key
    roles = row.permission.roles
    return action in FOR_CALLERS and state is not _S.MANUAL_REVIEW and "buyer" in roles and "agent" not in roles


def _opened(row: Transition[CaseState]) -> Transition[CaseState]:
    permission = Permission(row.permission.why_not, row.permission.roles | _AGENT)
    return replace(row, permission=permission, guards=(*_GUARDS, *row.guards))


def acted_by(case: Case, actor: Actor, called_for: str | None) -> Case:
    """The case with who acts as one of those who have: for a side of it, or for a buyer who has called."""
    if called_for is None:
        return replace(case, party_ids=with_actor(case.party_ids, actor))
    return case if actor.id in case.for_buyer_ids else replace(case, for_buyer_ids=[*case.for_buyer_ids, actor.id])


def withdraws_for_caller(case: Case, actor: Actor) -> bool:
    """Whether an agent who cancels the case takes it back for a buyer who has called. Any agent may cancel a case; where an agent decides, it is
    the agent's own decision."""
    decides = case.state is _S.MANUAL_REVIEW or _answers_agent(case, None) is not None
    return actor.role in _AGENT and case.initiator is Initiator.AGENT and not decides


def is_for_caller(row: Transition[CaseState], actor: Actor) -> bool:
    """Whether who takes this transition does so for a buyer who has called."""
    return actor.role in _AGENT and NOT_OPENED_BY_AGENT in row.guards
