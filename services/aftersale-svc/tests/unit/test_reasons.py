"""The table of reasons: complete, bilingual, versioned; and at which stage of the goods each may be chosen."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from aftersale_svc.domain.cases import reasons
from aftersale_svc.domain.cases.codes import (
    CaseType,
    CloseCause,
    EvidenceKind,
    EvidenceNeed,
    FreightPayer,
    HandlingReason,
    Liable,
    Reason,
    ReasonGroup,
    RejectReason,
)
from aftersale_svc.domain.cases.errors import EvidenceRequired, ReasonUnsuitable, RejectReasonUnsuitable
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.grades import GRADES, Grade
from aftersale_svc.domain.cases.model import Case, Return
from aftersale_svc.domain.cases.outcome_reasons import (
    CLOSE_CAUSES,
    HANDLING_REASONS,
    OUTCOMES,
    REJECT_REASONS,
    check_reject_reason,
)
from aftersale_svc.domain.cases.policy import check_needs, check_reason
from aftersale_svc.domain.cases.reasons import (
    BUYER_LIABLE,
    GROUPS,
    ONLY_FOR,
    REASONS,
    REASONS_VERSION,
    UNSUITED,
    selectable_reasons,
)
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.wording import names
from aftersale_svc.domain.wording.outcomes import why

_R = Reason
REFUND_ONLY = TYPES[CaseType.REFUND_ONLY]
BEFORE_SHIPMENT = {
    *(_R.QUALITY_DEFECT, _R.WRONG_SIZE_OR_MODEL, _R.PACKAGING_DAMAGED, _R.MISSING_PARTS, _R.BELOW_STANDARD),
    *(_R.CHANGED_MIND, _R.ORDERED_BY_MISTAKE, _R.PRICE_DROPPED),
}
"""What the specification names for goods that have not left, and the buyer's choices."""
IN_TRANSIT = {_R.QUALITY_DEFECT, _R.SHORT_QUANTITY, _R.DAMAGED_IN_TRANSIT, _R.WRONG_ITEM}
"""What it names for goods on their way."""
IMPOSSIBLE = {
    Stage.PRE_SHIP: {
        *(_R.DEAD_ON_ARRIVAL, _R.WRONG_ITEM, _R.SHORT_QUANTITY, _R.NO_TRACKING, _R.LOST_IN_TRANSIT),
        *(_R.DAMAGED_IN_TRANSIT, _R.EMPTY_PACKAGE, _R.DELIVERED_NOT_RECEIVED, _R.REFUSED_AT_DOOR, _R.WARRANTY_REPAIR),
        *(_R.PAID_REPAIR, _R.INVOICE_PROBLEM, _R.CALLED_BACK),
    },
    Stage.IN_TRANSIT: {_R.WARRANTY_REPAIR, _R.PAID_REPAIR, _R.INVOICE_PROBLEM, _R.CALLED_BACK},
    Stage.POST_RECEIPT: {_R.PAID_REPAIR, _R.INVOICE_PROBLEM, _R.CALLED_BACK},
}


def test_every_reason_has_a_row_and_every_group_members() -> None:
    assert list(REASONS) == list(Reason), "in the order of the codes"
    assert list(GROUPS) == list(ReasonGroup)
    assert list(GRADES) == list(Grade)
    assert {row.group for row in REASONS.values()} == set(ReasonGroup)


def test_every_rejection_and_every_closing_has_a_row_and_a_sentence(a_case: Callable[..., Case]) -> None:
    assert (list(REJECT_REASONS), list(CLOSE_CAUSES)) == (list(RejectReason), list(CloseCause))
    assert list(HANDLING_REASONS) == list(HandlingReason)
    assert len(OUTCOMES) == len(REJECT_REASONS) + len(CLOSE_CAUSES) + len(HANDLING_REASONS), (
        "a step has one, by its code"
    )
    for reason in RejectReason:
        text = why(a_case(CaseState.REJECTED, reject_reason=reason))
        assert text is not None
        assert REJECT_REASONS[reason].label.en in text.en
    for cause in CloseCause:
        text = why(a_case(CaseState.CLOSED, close_cause=cause, reject_reason=None))
        assert text is not None
        assert CLOSE_CAUSES[cause].label.zh in text.zh
    after = why(a_case(CaseState.CLOSED, close_cause=CloseCause.REJECTED, reject_reason=RejectReason.NO_DEFECT_FOUND))
    assert after is not None
    assert "no defect was found" in after.en
    assert why(a_case(CaseState.PENDING_REVIEW)) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_are_there_in_both_languages_and_differ(language: str) -> None:
    labels = [getattr(row.label, language) for row in REASONS.values()]
    labels += [getattr(label, language) for label in GROUPS.values()]
    labels += [getattr(row.label, language) for row in OUTCOMES.values()]
    labels += [getattr(row.label, language) for row in GRADES.values()]
    assert all(label.strip() for label in labels)
    assert len(set(labels)) == len(labels)
    assert all(label.isascii() == (language == "en") for label in labels)


def test_no_rejection_is_about_goods_that_were_not_sent_back(a_case: Callable[..., Case]) -> None:
    late = {"reason": Reason.CHANGED_MIND, "after_window": True}
    full = FullCase(case=a_case(CaseState.PENDING_REVIEW, stage=Stage.POST_RECEIPT, **late))
    back = full.keeping(Return(case_id=full.case.id, carrier="sf", waybill_no="SF1001"))
    of_returned = {RejectReason.WRONG_WAYBILL, RejectReason.EMPTY_RETURN, RejectReason.PARTS_MISSING}
    for reason in RejectReason:
        if reason in of_returned:
            check_reject_reason(back, reason)
        if reason in of_returned or reason in (RejectReason.PACKAGE_IN_TRANSIT, RejectReason.DIFFERENCE_SMALLER):
            with pytest.raises(RejectReasonUnsuitable) as refused:
                check_reject_reason(full, reason)
            assert not of_returned & set(refused.value.facts["allowed"])
        else:
            check_reject_reason(full, reason)
    on_its_way = replace(full, case=replace(full.case, stage=Stage.IN_TRANSIT))
    check_reject_reason(on_its_way, RejectReason.PACKAGE_IN_TRANSIT)


def test_goods_that_have_not_left_are_neither_used_nor_on_their_way(a_case: Callable[..., Case]) -> None:
    names.register()
    full = FullCase(case=a_case(CaseState.PENDING_REVIEW, stage=Stage.PRE_SHIP, after_window=True))
    for reason in (RejectReason.USED_OR_AFFECTS_RESALE, RejectReason.PACKAGE_IN_TRANSIT):
        with pytest.raises(RejectReasonUnsuitable) as refused:
            check_reject_reason(full, reason)
        assert reason not in refused.value.facts["allowed"]
        assert "已超出售后期限、" in refused.value.detail("zh-CN")
        assert "the time for requests has passed, " in refused.value.detail("en")
    shipped = replace(full, case=replace(full.case, stage=Stage.IN_TRANSIT))
    check_reject_reason(shipped, RejectReason.USED_OR_AFFECTS_RESALE)


def test_a_changed_table_has_a_new_version() -> None:
    """Where this fails, increase the version, and write it here with the new digest."""
    content = repr([(code.value, label) for code, label in GROUPS.items()])
    for code, row in REASONS.items():
        content += repr((code.value, replace(row, stages=frozenset()), sorted(row.stages)))
    content += repr([(type_, sorted(unsuited)) for type_, unsuited in UNSUITED.items()])
    content += repr([(code.value, sorted(types)) for code, types in ONLY_FOR.items()])
    for outcome, found in OUTCOMES.items():
        content += repr((outcome.value, replace(found, stages=frozenset()), sorted(found.stages)))
    content += repr([(grade.value, row) for grade, row in GRADES.items()])
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    assert (REASONS_VERSION, digest) == (15, "56d3e8bd7e0a6bc6")


def test_what_follows_from_a_released_reason_never_changes() -> None:
    """Where this fails for a reason that was released, give what is new a code of its own; else write the new digest here."""
    rows = {code.value: (row.liable.value, row.freight_payer.value, row.since) for code, row in REASONS.items()}
    assert max(row.since for row in (*REASONS.values(), *GRADES.values())) <= REASONS_VERSION
    assert hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()[:16] == "88c8678aa30ac933"


def test_the_merchant_is_liable_but_for_what_the_buyer_chose() -> None:
    """The freight of an order goes back by this set (docs/money.md R5)."""
    choices = {reason for reason, row in REASONS.items() if row.group is ReasonGroup.BUYERS_CHOICE}
    assert choices | {Reason.REFUSED_AT_DOOR, Reason.PAID_REPAIR} == BUYER_LIABLE
    for reason, row in REASONS.items():
        assert (row.freight_payer is FreightPayer.BUYER) == (row.liable is Liable.BUYER), reason


@pytest.mark.parametrize("stage", Stage)
def test_a_reason_is_refused_only_where_it_cannot_be_true(an_order: Callable[..., Order], stage: Stage) -> None:
    assert set(Reason) - set(selectable_reasons(CaseType.REFUND_ONLY, stage)) == IMPOSSIBLE[stage]
    for reason in set(Reason) - ONLY_FOR.keys():
        if reason not in IMPOSSIBLE[stage]:
            check_reason(REFUND_ONLY, an_order(), stage, reason)
            continue
        with pytest.raises(ReasonUnsuitable) as refused:
            check_reason(REFUND_ONLY, an_order(), stage, reason)
        assert refused.value.facts == {"stage": stage, "allowed": selectable_reasons(CaseType.REFUND_ONLY, stage)}
        assert (refused.value.awaits, refused.value.retry_after) == ("ord_1", 1), "a later stage knows it"


def test_what_the_domain_lists_for_a_stage_can_be_chosen_there() -> None:
    assert set(selectable_reasons(CaseType.REFUND_ONLY, Stage.PRE_SHIP)) >= BEFORE_SHIPMENT
    assert set(selectable_reasons(CaseType.REFUND_ONLY, Stage.IN_TRANSIT)) >= IN_TRANSIT


def test_a_reason_that_the_goods_have_left_behind_is_not_waited_for(
    an_order: Callable[..., Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    early = replace(REASONS[Reason.RECALL], stages=frozenset({Stage.PRE_SHIP}))
    monkeypatch.setitem(reasons.REASONS, Reason.RECALL, early)  # type: ignore[arg-type]
    with pytest.raises(ReasonUnsuitable) as refused:
        check_reason(REFUND_ONLY, an_order(), Stage.IN_TRANSIT, Reason.RECALL)
    assert (refused.value.awaits, refused.value.retry_after) == (None, None)


def test_a_merchant_may_require_evidence_for_a_reason(an_order: Callable[..., Order]) -> None:
    assert not [reason for reason, row in REASONS.items() if row.evidence is EvidenceNeed.REQUIRED]
    required = {"required_evidence": ("rev_1", 1, {"reasons": ["counterfeit"]})}
    strict = replace(an_order(), settings=required)
    asked = Request("ord_1", CaseType.REFUND_ONLY, Reason.COUNTERFEIT, None, [], ["sha256:0"])
    check_needs(REFUND_ONLY, strict, Stage.POST_RECEIPT, asked)
    check_needs(REFUND_ONLY, an_order(), Stage.POST_RECEIPT, replace(asked, evidence=[]))
    check_needs(REFUND_ONLY, strict, Stage.POST_RECEIPT, replace(asked, reason=Reason.QUALITY_DEFECT, evidence=[]))
    with pytest.raises(EvidenceRequired):
        check_needs(REFUND_ONLY, strict, Stage.POST_RECEIPT, replace(asked, evidence=[]))


def test_what_is_advised_states_which_files_show_it() -> None:
    for row in REASONS.values():
        assert (row.evidence is EvidenceNeed.NONE) is (row.evidence_kinds == ())
    assert REASONS[Reason.COUNTERFEIT].evidence_kinds == (EvidenceKind.PHOTO, EvidenceKind.DOCUMENT)
