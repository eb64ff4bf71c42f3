"""Texts in both languages, as they are shown."""

from typing import Any, Self

from aftercare_chassis.http.schemas import Out

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.wording.action_text import ActionText


class BilingualOut(Out):
    """A text in both languages."""

    zh_cn: str
    """In Chinese (zh-CN)."""
    en: str
    """In English."""

    @classmethod
    def of(cls, label: Label) -> "BilingualOut":
        return cls(zh_cn=label.zh, en=label.en)

    @classmethod
    def of_any(cls, label: Label | None) -> "BilingualOut | None":
        """The text; None if there is none."""
        return None if label is None else cls.of(label)


class ActionTextsOut(Out):
    """An action that the state of the case, the dispute or the claim has."""

    action: str
    """Its code, as in `allowed_actions`."""
    name: BilingualOut
    """What it does."""
    why_not: BilingualOut | None = None
    """Why the caller may not take it now; null where the caller may."""

    @classmethod
    def of(cls, text: ActionText[Any]) -> Self:  # Any: the codes are those of the document
        return cls(action=text.action, name=BilingualOut.of(text.name), why_not=BilingualOut.of_any(text.why_not))
