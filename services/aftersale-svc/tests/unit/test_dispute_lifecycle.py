"""Every row of the table of disputes, and that nothing else is possible. The table is written out a second time here."""

from collections.abc import Callable
from itertools import product

import pytest
from aftercare_chassis.http.routing import require_action
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition, SystemContext
from aftersale_svc import main
from aftersale_svc.domain.disputes.lab_test_errors import LabTestOpen
from aftersale_svc.domain.disputes.lifecycle import DISPUTE, TESTING, UNDECIDED
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState

Acting = Callable[..., SystemContext]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
ROWS = """
await_merchant_answer  answer            platform_review        seller
await_merchant_answer  escalate          platform_review        system
platform_review        decide            executing              arbitrator
platform_review        escalate          platform_review        system
platform_review        request_evidence  await_evidence         arbitrator
await_evidence         submit_evidence   await_evidence         buyer seller
await_evidence         end_round         platform_review        system
platform_review        announce          appeal_window          arbitrator outcome
appeal_window          finalize          executing              system
appeal_window          appeal            appealed               buyer seller
executing              appeal            appealed               buyer seller
executed               appeal            appealed               buyer seller
executed               record_repayment  executed               seller agent
executed               write_off         executed               seller agent
appealed               appeal            appealed               buyer seller
appealed               add_evidence      appealed               buyer seller
appealed               take              appealed               arbitrator
appealed               assign            appealed               agent admin system
appealed               release           appealed               arbitrator
appealed               escalate          appealed               system
appealed               execute           appealed               system
appealed               confirm_verdict   executing              arbitrator
appealed               replace_verdict   executing              arbitrator
executing              execute           executed               system
executing              follow_case       executing              system
settled                execute           settled                system
platform_review        order_test        await_sample           arbitrator admin
await_evidence         order_test        await_sample           arbitrator admin
await_sample           send_sample       sample_sent            buyer seller
await_sample           receive_sample    at_lab                 agent admin
sample_sent            correct_sample_waybill sample_sent       buyer seller
sample_sent            receive_sample    at_lab                 agent admin
sample_sent            lose_sample       platform_review        agent admin
at_lab                 report_test       platform_review        agent admin
platform_review        report_test       platform_review        agent admin
appealed               order_test        await_sample           arbitrator admin
appealed               report_test       appealed               agent admin
await_sample           appeal            await_sample           buyer seller
sample_sent            appeal            sample_sent            buyer seller
at_lab                 appeal            at_lab                 buyer seller
await_sample           execute           await_sample           system
sample_sent            execute           sample_sent            system
at_lab                 execute           at_lab                 system
await_sample           cancel_test       platform_review        arbitrator admin
sample_sent            cancel_test       platform_review        arbitrator admin
at_lab                 cancel_test       platform_review        arbitrator admin
await_sample           end_test          platform_review        system
sample_sent            end_test          platform_review        system
at_lab                 end_test          platform_review        system
"""
BEFORE_THE_VERDICT = """
add_evidence      same       buyer seller
withdraw          withdrawn  buyer
propose           same       buyer seller
decline_proposal  same       buyer seller
settle            settled    buyer seller
take              same       arbitrator
assign            same       agent admin system
release           same       arbitrator
"""
BARRED = set(product(TESTING, (DisputeAction.DECIDE, DisputeAction.CONFIRM_VERDICT, DisputeAction.REPLACE_VERDICT)))
"""What the table has for its reason alone: nothing is decided while a test is open."""
Rows = dict[tuple[str, str], tuple[str, set[str]]]


def rows() -> Rows:
    found = [line.split() for line in ROWS.split("\n") if line]
    for state in UNDECIDED:
        undecided = [line.split() for line in BEFORE_THE_VERDICT.split("\n") if line]
        found += [[state, action, state if to == "same" else to, *by] for action, to, *by in undecided]
    return {(state, action): (to, set(by)) for state, action, to, *by in found}


@pytest.mark.parametrize("state", DisputeState)
def test_every_action_is_in_the_table_or_refused(
    state: DisputeState, acting: Acting, a_dispute: Callable[..., Dispute]
) -> None:
    for action, role in product(DisputeAction, ROLES):
        to, by = rows().get((state, action), (None, set()))
        if (state, action) in BARRED:
            with pytest.raises(LabTestOpen if role == "arbitrator" else ActionNotAllowed):
                DISPUTE.apply(a_dispute(state), action, acting(role))
        elif to is None:
            with pytest.raises(IllegalTransition):
                DISPUTE.apply(a_dispute(state), action, acting(role))
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                DISPUTE.apply(a_dispute(state), action, acting(role))
        else:
            assert DISPUTE.apply(a_dispute(state), action, acting(role)).state == to


@pytest.mark.parametrize("state", DisputeState)
def test_the_api_shows_exactly_what_is_possible(
    state: DisputeState, acting: Acting, a_dispute: Callable[..., Dispute]
) -> None:
    for role in ROLES:
        shown = DISPUTE.allowed(a_dispute(state), acting(role).actor)
        assert all(each.why_not for each in shown if not each.allowed)
        open_to = {
            action for (at, action), (_, by) in rows().items() if at == state and role in by and "outcome" not in by
        }
        assert {each.action for each in shown if each.allowed} == open_to


def test_every_timer_of_a_dispute_has_a_command() -> None:
    assert {timeout.then for timeout in DISPUTE.timeouts.values()} - {None} == main.timers.dispute_timer.actions


def test_an_escalation_of_a_dispute_names_whose_time_ran_out() -> None:
    causes = {state: row.cause for (state, action), row in DISPUTE.transitions.items() if row.cause}
    assert causes == {
        DisputeState.AWAIT_MERCHANT_ANSWER: "merchant_silent",
        DisputeState.PLATFORM_REVIEW: "platform_late",
        DisputeState.APPEALED: "platform_late",
    }


def test_only_arbitrators_decide() -> None:
    assert require_action(DISPUTE, DisputeAction.DECIDE).roles == ("arbitrator",)
