"""The stage of an order and its actions, with the texts that people read."""

from aftercare_chassis.http.schemas import AllowedOut, Out
from pydantic import Field

from order_svc.domain.explanations import WAY_NAMES, ActionExplanation
from order_svc.domain.model import OrderState
from order_svc.domain.order_ways import OrderWay
from order_svc.domain.stages import LABELS, Label, OrderStage


class LabelOut(Out):
    """A text in both languages."""

    zh_cn: str
    """In Chinese (zh-CN)."""
    en: str
    """In English."""

    @classmethod
    def of(cls, label: Label) -> "LabelOut":
        """The label as a response."""
        return cls.model_construct(zh_cn=label.zh, en=label.en)


STAGE_LABELS = {stage: LabelOut.of(label) for stage, label in LABELS.items()}
_WAYS = {way: LabelOut.of(label) for way, label in WAY_NAMES.items()}


class WayOut(Out):
    """What may be done instead of an action that is refused."""

    way: OrderWay
    """`request_intercept` and `ask_to_unpack` are about the order and its parcels here, the others are cases in aftersale-svc."""
    name: LabelOut
    """What it is called."""


class OrderActionOut(AllowedOut):
    """One action on an order, and what a reader who may not take it has to know."""

    explanation: LabelOut | None = Field(default=None, exclude_if=lambda value: value is None)
    """Why the caller may not; absent where it is allowed."""
    allowed_in: list[OrderState] | None = Field(default=None, exclude_if=lambda value: value is None)
    """The states in which the caller's role may take it, if nothing else bars it; absent where it is allowed."""
    instead: list[WayOut] | None = Field(default=None, exclude_if=lambda value: value is None)
    """What may be done in its place; absent where it is allowed, or where there is nothing."""
    effect: LabelOut | None = Field(default=None, exclude_if=lambda value: value is None)
    """What it does where it is allowed and its name does not say so, such as that a shipped order is not cancelled at once."""

    @classmethod
    def explained(cls, each: ActionExplanation) -> "OrderActionOut":
        """The action as a response."""
        why = each.allowed.why_not
        return cls.model_construct(
            action=each.action.value,
            allowed=each.allowed.allowed,
            why_not=why,
            explanation=None if each.why is None else LabelOut.of(each.why),
            allowed_in=None if why is None else list(each.allowed_in),
            effect=None if each.effect is None else LabelOut.of(each.effect),
            instead=[WayOut.model_construct(way=way, name=_WAYS[way]) for way in each.ways] or None,
        )


def stage_label(stage: OrderStage) -> LabelOut:
    """What the stage is called."""
    return STAGE_LABELS[stage]
