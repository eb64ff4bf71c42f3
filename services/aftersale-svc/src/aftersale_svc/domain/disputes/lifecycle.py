"""The states of a dispute as a table: who may do what, where it leads, how long it may wait."""

from aftercare_chassis.lifecycle import Guard, History, Lifecycle, Timeout, Transition
from aftercare_chassis.records import replace

from aftersale_svc.domain.deadlines.binding import BINDING
from aftersale_svc.domain.disputes.guards import (
    ANOTHERS,
    APPEAL_LATE,
    APPEALED_ALREADY,
    DECIDED_FIRST,
    FINAL,
    IN_APPEAL,
    IN_EXECUTION,
    LATE,
    NO_APPEAL,
    NO_DEBT,
    NO_PROPOSAL,
    NO_REPORT,
    NOT_APPEALABLE,
    NOT_ASKED,
    NOT_MINE,
    OPENED_BY_PLATFORM,
    OTHERS_SAMPLE,
    OWN_PROPOSAL,
    PARTY,
    SENT_BY_OTHER,
    STAFF_OF_PARTY,
    TAKEN,
    TEST_OPEN,
)
from aftersale_svc.domain.disputes.lab_tests import TESTING_BODY
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.permissions import (
    ARBITRATOR,
    ARBITRATOR_OR_ADMIN,
    BUYER,
    DISPATCHERS,
    DISPATCHERS_OR_SYSTEM,
    MERCHANT,
    MERCHANT_OR_AGENT,
    PARTIES,
    SYSTEM_ONLY,
)

_S, _A = DisputeState, DisputeAction
_Rows = dict[tuple[DisputeState, DisputeAction], Transition[DisputeState]]

PLATFORM_TURN = "platform"
TESTING = (_S.AWAIT_SAMPLE, _S.SAMPLE_SENT, _S.AT_LAB)
"""The states in which a test is open."""
UNDECIDED = (_S.AWAIT_MERCHANT_ANSWER, _S.PLATFORM_REVIEW, _S.AWAIT_EVIDENCE, *TESTING)
"""The states before the verdict, in which the case is frozen; those of a test are also entered in an appeal."""
MINE: tuple[Guard, ...] = (PARTY, DECIDED_FIRST, ANOTHERS)
"""What bars an arbitrator: being a party, having decided about it before, or that another one has the dispute."""

_REVIEW = History("tested_in", _S.PLATFORM_REVIEW)
"""Where the platform goes on after a test: in its review, or in the appeal."""
_CONFIRMED = History("appealed_in", _S.EXECUTING)
_APPEAL = (NOT_APPEALABLE, FINAL, APPEALED_ALREADY, APPEAL_LATE)


def _undecided(state: DisputeState) -> _Rows:
    """What is possible in every state before the verdict, and not in a test that an appeal waits for."""
    appealed = (IN_APPEAL,) if state in TESTING else ()
    return {
        (state, _A.ADD_EVIDENCE): Transition(state, PARTIES),
        (state, _A.WITHDRAW): Transition(_S.WITHDRAWN, BUYER, (*appealed, OPENED_BY_PLATFORM)),
        (state, _A.PROPOSE): Transition(state, PARTIES, appealed),
        (state, _A.DECLINE_PROPOSAL): Transition(state, PARTIES, (*appealed, NO_PROPOSAL, OWN_PROPOSAL)),
        (state, _A.SETTLE): Transition(_S.SETTLED, PARTIES, (*appealed, NO_PROPOSAL, OWN_PROPOSAL)),
        **_assignment(state),
    }


def _assignment(state: DisputeState) -> _Rows:
    """An arbitrator takes or releases a dispute, or is given it."""
    return {
        (state, _A.TAKE): Transition(state, ARBITRATOR, (PARTY, DECIDED_FIRST, TAKEN)),
        (state, _A.ASSIGN): Transition(state, DISPATCHERS_OR_SYSTEM, (PARTY,)),
        (state, _A.RELEASE): Transition(state, ARBITRATOR, (NOT_MINE,)),
    }


def _by_no_party(rows: _Rows) -> _Rows:
    """The rows, of which those of dispatchers are for nobody with a side in the dispute."""
    return {
        key: replace(row, guards=(PARTY, *row.guards)) if row.permission is DISPATCHERS else row
        for key, row in rows.items()
    }


def _testing(state: DisputeState) -> _Rows:
    """What ends a test, and bars the verdict and the decision about an appeal meanwhile."""
    return {
        (state, _A.CANCEL_TEST): Transition(_REVIEW, ARBITRATOR_OR_ADMIN, MINE),
        (state, _A.END_TEST): Transition(_REVIEW, SYSTEM_ONLY),
        (state, _A.DECIDE): Transition(_S.EXECUTING, ARBITRATOR, (IN_APPEAL, *MINE, TEST_OPEN)),
        (state, _A.CONFIRM_VERDICT): Transition(_CONFIRMED, ARBITRATOR, (NO_APPEAL, *MINE, TEST_OPEN)),
        (state, _A.REPLACE_VERDICT): Transition(_S.EXECUTING, ARBITRATOR, (NO_APPEAL, *MINE, TEST_OPEN)),
        (state, _A.APPEAL): Transition(state, PARTIES, (NO_APPEAL, *_APPEAL)),
        (state, _A.EXECUTE): Transition(state, SYSTEM_ONLY, (), "appealed_in", _S.EXECUTED),
    }


_TESTS: _Rows = {
    **{
        (at, _A.ORDER_TEST): Transition(_S.AWAIT_SAMPLE, ARBITRATOR_OR_ADMIN, MINE)
        for at in (_S.PLATFORM_REVIEW, _S.AWAIT_EVIDENCE)
    },
    (_S.APPEALED, _A.ORDER_TEST): Transition(_S.AWAIT_SAMPLE, ARBITRATOR_OR_ADMIN, MINE, "tested_in"),
    (_S.AWAIT_SAMPLE, _A.SEND_SAMPLE): Transition(_S.SAMPLE_SENT, PARTIES, (OTHERS_SAMPLE,)),
    (_S.SAMPLE_SENT, _A.CORRECT_SAMPLE_WAYBILL): Transition(_S.SAMPLE_SENT, PARTIES, (SENT_BY_OTHER,)),
    **{(at, _A.RECEIVE_SAMPLE): Transition(_S.AT_LAB, DISPATCHERS) for at in (_S.AWAIT_SAMPLE, _S.SAMPLE_SENT)},
    (_S.SAMPLE_SENT, _A.LOSE_SAMPLE): Transition(_REVIEW, DISPATCHERS),
    (_S.AT_LAB, _A.REPORT_TEST): Transition(_REVIEW, DISPATCHERS),
    # A report that is late.
    **{(at, _A.REPORT_TEST): Transition(at, DISPATCHERS, (NO_REPORT,)) for at in (_S.PLATFORM_REVIEW, _S.APPEALED)},
    **{key: row for state in TESTING for key, row in _testing(state).items()},
}
_APPEALS: _Rows = {
    # Where the verdict was to wait, it is executed with the decision about the appeal.
    (_S.APPEAL_WINDOW, _A.APPEAL): Transition(_S.APPEALED, PARTIES, _APPEAL, "appealed_in", _S.EXECUTING),
    **{(at, _A.APPEAL): Transition(_S.APPEALED, PARTIES, _APPEAL, "appealed_in") for at in (_S.EXECUTING, _S.EXECUTED)},
    (_S.APPEALED, _A.APPEAL): Transition(_S.APPEALED, PARTIES, _APPEAL),
    # What it has ordered is done meanwhile.
    (_S.APPEALED, _A.EXECUTE): Transition(_S.APPEALED, SYSTEM_ONLY, (), "appealed_in", _S.EXECUTED),
    (_S.APPEALED, _A.ADD_EVIDENCE): Transition(_S.APPEALED, PARTIES),
    **_assignment(_S.APPEALED),
    (_S.APPEALED, _A.ESCALATE): Transition(_S.APPEALED, SYSTEM_ONLY, cause="platform_late"),
    (_S.APPEALED, _A.CONFIRM_VERDICT): Transition(_CONFIRMED, ARBITRATOR, MINE),
    (_S.APPEALED, _A.REPLACE_VERDICT): Transition(_S.EXECUTING, ARBITRATOR, (*MINE, IN_EXECUTION)),
}

DISPUTE: Lifecycle[DisputeState, DisputeAction] = Lifecycle(
    "dispute",
    initial=_S.AWAIT_MERCHANT_ANSWER,
    transitions={
        (_S.AWAIT_MERCHANT_ANSWER, _A.ANSWER): Transition(_S.PLATFORM_REVIEW, MERCHANT),
        (_S.AWAIT_MERCHANT_ANSWER, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="merchant_silent"),
        (_S.PLATFORM_REVIEW, _A.DECIDE): Transition(_S.EXECUTING, ARBITRATOR, MINE),
        (_S.PLATFORM_REVIEW, _A.ANNOUNCE): Transition(_S.APPEAL_WINDOW, ARBITRATOR, MINE, outcome_of=_A.DECIDE),
        (_S.APPEAL_WINDOW, _A.FINALIZE): Transition(_S.EXECUTING, SYSTEM_ONLY),
        **_APPEALS,
        # What a replaced verdict has paid too much: it is paid back outside the suite, or need not be.
        **{
            (_S.EXECUTED, action): Transition(_S.EXECUTED, MERCHANT_OR_AGENT, (STAFF_OF_PARTY, NO_DEBT))
            for action in (_A.RECORD_REPAYMENT, _A.WRITE_OFF)
        },
        (_S.PLATFORM_REVIEW, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="platform_late"),
        (_S.PLATFORM_REVIEW, _A.REQUEST_EVIDENCE): Transition(_S.AWAIT_EVIDENCE, ARBITRATOR, MINE),
        (_S.AWAIT_EVIDENCE, _A.SUBMIT_EVIDENCE): Transition(_S.AWAIT_EVIDENCE, PARTIES, (LATE, NOT_ASKED)),
        (_S.AWAIT_EVIDENCE, _A.END_ROUND): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY),
        **_by_no_party(_TESTS),
        **{key: row for state in UNDECIDED for key, row in _undecided(state).items()},
        (_S.EXECUTING, _A.EXECUTE): Transition(_S.EXECUTED, SYSTEM_ONLY),
        # Its money is paid in the case: whose turn it is there, it is here.
        (_S.EXECUTING, _A.FOLLOW_CASE): Transition(_S.EXECUTING, SYSTEM_ONLY),
        # What was agreed is paid after the dispute has ended.
        (_S.SETTLED, _A.EXECUTE): Transition(_S.SETTLED, SYSTEM_ONLY),
    },
    timeouts={
        _S.AWAIT_MERCHANT_ANSWER: Timeout(
            "merchant", "merchant_answer_hours", _A.ESCALATE, "escalated_merchant_silent"
        ),
        _S.PLATFORM_REVIEW: Timeout(PLATFORM_TURN, "platform_review_hours", _A.ESCALATE, "escalated_platform_late"),
        # Of both sides, or of the one that is still to submit.
        _S.AWAIT_EVIDENCE: Timeout("parties", "evidence_hours", _A.END_ROUND, "reviewed_without_evidence"),
        # Of the side that has to send the sample.
        _S.AWAIT_SAMPLE: Timeout("parties", "sample_hours", _A.END_TEST, "test_ends_without_sample"),
        _S.SAMPLE_SENT: Timeout("courier", "sample_transit_hours", _A.END_TEST, "test_ends_sample_lost"),
        _S.AT_LAB: Timeout(TESTING_BODY, "test_report_hours", _A.END_TEST, "reviewed_without_report"),
        _S.APPEAL_WINDOW: Timeout("parties", "appeal_hours", _A.FINALIZE, "verdict_becomes_final"),
        _S.APPEALED: Timeout(PLATFORM_TURN, "platform_review_hours", _A.ESCALATE, "escalated_platform_late"),
        _S.EXECUTING: Timeout("system"),
    },
    ends={_S.EXECUTED, _S.SETTLED, _S.WITHDRAWN},
    binding=BINDING,
)
