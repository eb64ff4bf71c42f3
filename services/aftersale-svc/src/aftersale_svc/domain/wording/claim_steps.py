"""The steps of claims in the timeline of their case, in sentences: which claim, and how far it has come."""

from collections.abc import Mapping
from typing import Any

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.claims.model import ClaimKind, StepOfClaim
from aftersale_svc.domain.wording.courier_claims import COURIER_CLAIM_STATES
from aftersale_svc.domain.wording.guarantee_claims import GUARANTEE_STATES
from aftersale_svc.domain.wording.refused_goods import REFUSED_GOODS_STATES

CLAIM_NAMES: Mapping[ClaimKind, Label] = {
    ClaimKind.COURIER: Label("快递索赔", "Claim on the courier"),
    ClaimKind.FREIGHT_INSURANCE: Label("运费险保障单", "Claim on the freight insurance"),
    ClaimKind.MERCHANT_DEPOSIT: Label("保证金保障单", "Claim on the deposit"),
    ClaimKind.REFUSED_GOODS: Label("应退还买家的商品", "Goods that go back to the buyer"),
}


def _by_code(states: Mapping[Any, Label]) -> Mapping[str, Label]:  # Any: the states differ per kind
    return {str(state): label for state, label in states.items()}


_GUARANTEE = _by_code(GUARANTEE_STATES)
_STATES: Mapping[ClaimKind, Mapping[str, Label]] = {
    ClaimKind.COURIER: _by_code(COURIER_CLAIM_STATES),
    ClaimKind.FREIGHT_INSURANCE: _GUARANTEE,
    ClaimKind.MERCHANT_DEPOSIT: _GUARANTEE,
    ClaimKind.REFUSED_GOODS: _by_code(REFUSED_GOODS_STATES),
}


def claim_sentence(step: StepOfClaim) -> Label:
    """How far the claim is after the step."""
    name, state = CLAIM_NAMES[step.kind], _STATES[step.kind][step.state]
    return Label(f"{name.zh}：{state.zh}", f"{name.en}: {state.en[0].lower()}{state.en[1:]}")
