"""The names by which sentences write the codes of this service."""

from collections.abc import Mapping
from enum import StrEnum

from aftercare_chassis.sentences import name_codes

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.reasons import REASONS, Label
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.wording.actions import ACTION_NAMES
from aftersale_svc.domain.wording.dispute_actions import DISPUTE_ACTION_NAMES
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES
from aftersale_svc.domain.wording.states import STATE_NAMES, TYPE_NAMES

STAGE_NAMES: Mapping[Stage, Label] = {
    Stage.PRE_SHIP: Label("发货前", "before shipment"),
    Stage.IN_TRANSIT: Label("运输途中", "in transit"),
    Stage.POST_RECEIPT: Label("签收后", "after receipt"),
}
NAMES: Mapping[type[StrEnum], Mapping[str, Label]] = {
    CaseType: {str(code): name for code, name in TYPE_NAMES.items()},
    CaseState: {str(code): name for code, name in STATE_NAMES.items()},
    CaseAction: {str(code): name for code, name in ACTION_NAMES.items()},
    Reason: {str(code): row.label for code, row in REASONS.items()},
    Stage: {str(code): name for code, name in STAGE_NAMES.items()},
    DisputeState: DISPUTE_STATES,
    DisputeAction: {str(code): name for code, name in DISPUTE_ACTION_NAMES.items()},
}


def register() -> None:
    """Have sentences write these codes by their names."""
    for codes, names in NAMES.items():
        name_codes(codes, {code: (name.zh, name.en) for code, name in names.items()})
