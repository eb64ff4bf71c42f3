"""What happens at a deadline of any document, in words."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.wording.claim_kinds import CLAIM_WORDS
from aftersale_svc.domain.wording.states import EFFECTS

DISPUTE_EFFECTS: Mapping[str, Label] = {
    "escalated_merchant_silent": Label(
        "商家视为未答复，平台继续审理", "the platform goes on without an answer of the merchant"
    ),
    "escalated_platform_late": Label("系统再次提醒平台", "the platform is reminded"),
    "proposal_lapses": Label("和解方案失效，维权继续", "the proposal lapses, and the dispute goes on"),
    "verdict_becomes_final": Label("裁决成为终局裁决", "the verdict is final"),
    "test_ends_without_sample": Label(
        "检测取消，未寄样品的一方承担不利后果", "the test ends, and it counts against the side that has sent no sample"
    ),
    "test_ends_sample_lost": Label("样品视为丢失，检测结束", "the sample counts as lost, and the test ends"),
    "reviewed_without_report": Label("平台继续审理，不再等待检测报告", "the platform goes on without the report"),
    "reviewed_without_evidence": Label("平台继续审理，不再等待凭证", "the platform goes on without the evidence"),
}
"""By the `effect` of the timeouts of disputes."""
_ALL = {**EFFECTS, **DISPUTE_EFFECTS} | {code: label for words in CLAIM_WORDS for code, label in words.effects.items()}


def effect_label(effect: str) -> Label:
    """What happens at a deadline with this effect."""
    return _ALL.get(effect, Label(effect, effect))
