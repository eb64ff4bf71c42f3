"""The names by which sentences write the codes of this service."""

from collections.abc import Mapping
from enum import StrEnum

from aftercare_chassis.sentences import name_codes

from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, Initiator, Reason, RejectReason
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.outcome_reasons import REJECT_REASONS
from aftersale_svc.domain.cases.reasons import REASONS, Label
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction, CourierClaimState
from aftersale_svc.domain.deadlines.ledger import DeadlineState
from aftersale_svc.domain.deadlines.rules import Unit
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState, Remedy
from aftersale_svc.domain.disputes.proposals import ProposalState
from aftersale_svc.domain.evidence.model import CitedState, EvidenceAction, EvidenceState
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeState
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.wording.actions import ACTION_NAMES
from aftersale_svc.domain.wording.courier_claims import COURIER_CLAIM_ACTIONS, COURIER_CLAIM_STATES
from aftersale_svc.domain.wording.dispute_actions import DISPUTE_ACTION_NAMES
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES, REMEDIES
from aftersale_svc.domain.wording.guarantee_claims import GUARANTEE_ACTIONS, GUARANTEE_STATES
from aftersale_svc.domain.wording.missing_evidence import KIND_NAMES
from aftersale_svc.domain.wording.refused_goods import REFUSED_GOODS_ACTIONS, REFUSED_GOODS_STATES
from aftersale_svc.domain.wording.states import STATE_NAMES, TYPE_NAMES

STAGE_NAMES: Mapping[Stage, Label] = {
    Stage.PRE_SHIP: Label("发货前", "before shipment"),
    Stage.IN_TRANSIT: Label("运输途中", "in transit"),
    Stage.POST_RECEIPT: Label("签收后", "after receipt"),
}
INITIATOR_NAMES: Mapping[Initiator, Label] = {
    Initiator.BUYER: Label("买家", "the buyer"),
    Initiator.MERCHANT: Label("商家", "the merchant"),
    Initiator.AGENT: Label("平台客服", "an agent of the platform"),
    Initiator.PLATFORM: Label("平台", "the platform"),
    Initiator.SYSTEM: Label("系统", "the system"),
}
DEADLINE_NAMES: Mapping[DeadlineState, Label] = {
    DeadlineState.SET: Label("进行中", "it runs"),
    DeadlineState.EXTENDED: Label("已延长", "it was extended"),
    DeadlineState.MOVED: Label("已调整", "it was moved"),
    DeadlineState.MET: Label("已按时处理", "somebody acted in time"),
    DeadlineState.PAUSED: Label("已暂停", "it was stopped"),
    DeadlineState.FIRED: Label("已届满", "it has passed"),
}
UNIT_NAMES: Mapping[Unit, Label] = {
    Unit.HOURS: Label("小时", "hours"),
    Unit.WORKING_HOURS: Label("工作小时", "working hours"),
    Unit.WORKING_DAYS: Label("工作日", "working days"),
}
PROPOSAL_NAMES: Mapping[ProposalState, Label] = {
    ProposalState.OPEN: Label("待答复", "it waits for an answer"),
    ProposalState.ACCEPTED: Label("已接受", "it was accepted"),
    ProposalState.DECLINED: Label("已拒绝", "it was declined"),
    ProposalState.REPLACED: Label("已被新方案取代", "another one has replaced it"),
    ProposalState.LAPSED: Label("已逾期", "it has lapsed"),
    ProposalState.ENDED: Label("维权已结束", "the dispute has ended"),
}
FILE_NAMES: Mapping[EvidenceState, Label] = {
    EvidenceState.PENDING: Label("待上传", "not uploaded yet"),
    EvidenceState.UPLOADED: Label("已上传待检查", "uploaded and not checked yet"),
    EvidenceState.ACCEPTED: Label("已通过检查", "accepted by its check"),
    EvidenceState.REFUSED: Label("未通过检查", "refused by its check"),
    EvidenceState.EXPIRED: Label("上传已过期", "not uploaded in time"),
}
CITED_NAMES: Mapping[str, Label] = {
    CitedState.NOT_UPLOADED: Label("未上传", "not uploaded"),
    **{str(state): name for state, name in FILE_NAMES.items()},
}
FILE_ACTIONS: Mapping[EvidenceAction, Label] = {
    EvidenceAction.COMPLETE: Label("完成上传", "complete the upload"),
    EvidenceAction.ACCEPT: Label("通过检查", "accept the file"),
    EvidenceAction.REFUSE: Label("不予通过", "refuse the file"),
    EvidenceAction.EXPIRE: Label("上传过期", "let the upload expire"),
}
NAMES: Mapping[type[StrEnum], Mapping[str, Label]] = {
    EvidenceState: {str(code): name for code, name in FILE_NAMES.items()},
    CitedState: CITED_NAMES,
    EvidenceAction: {str(code): name for code, name in FILE_ACTIONS.items()},
    EvidenceKind: {str(code): name for code, name in KIND_NAMES.items()},
    CaseType: {str(code): name for code, name in TYPE_NAMES.items()},
    CaseState: {str(code): name for code, name in STATE_NAMES.items()},
    CaseAction: {str(code): name for code, name in ACTION_NAMES.items()},
    Reason: {str(code): row.label for code, row in REASONS.items()},
    RejectReason: {str(code): row.label for code, row in REJECT_REASONS.items()},
    Stage: {str(code): name for code, name in STAGE_NAMES.items()},
    DisputeState: DISPUTE_STATES,
    DisputeAction: {str(code): name for code, name in DISPUTE_ACTION_NAMES.items()},
    Initiator: {str(code): name for code, name in INITIATOR_NAMES.items()},
    Remedy: {str(code): name for code, name in REMEDIES.items()},
    ProposalState: {str(code): name for code, name in PROPOSAL_NAMES.items()},
    Unit: {str(code): name for code, name in UNIT_NAMES.items()},
    DeadlineState: {str(code): name for code, name in DEADLINE_NAMES.items()},
    CourierClaimState: {str(code): name for code, name in COURIER_CLAIM_STATES.items()},
    CourierClaimAction: {str(code): name for code, name in COURIER_CLAIM_ACTIONS.items()},
    GuaranteeState: {str(code): name for code, name in GUARANTEE_STATES.items()},
    RefusedGoodsState: {str(code): name for code, name in REFUSED_GOODS_STATES.items()},
    RefusedGoodsAction: {str(code): name for code, name in REFUSED_GOODS_ACTIONS.items()},
    GuaranteeAction: {str(code): name for code, name in GUARANTEE_ACTIONS.items()},
}


def register() -> None:
    """Have sentences write these codes by their names."""
    for codes, names in NAMES.items():
        name_codes(codes, {code: (name.zh, name.en) for code, name in names.items()})
