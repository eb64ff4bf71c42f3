"""Texts in both languages, as they are shown."""

from aftercare_chassis.http.schemas import Out

from aftersale_svc.domain.cases.reasons import Label


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
