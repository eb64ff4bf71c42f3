"""The condition of goods that were inspected, as codes: a part of the table of reasons, with its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal

from aftersale_svc.domain.cases.reasons import Label


class Grade(StrEnum):
    """The condition of goods, the best first. Inspections of before version 12 have the merchant's own codes."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"


@dataclass(frozen=True, slots=True)
class GradeRow:
    """One condition: what is shown to people, and since which version of the table of reasons it is in it."""

    label: Label
    since: int = 12


GRADES: Mapping[Grade, GradeRow] = {
    Grade.A: GradeRow(Label("全新，包装未拆", "new, in a closed package")),
    Grade.B: GradeRow(Label("包装已拆，商品未使用", "unused, in an opened package")),
    Grade.C: GradeRow(Label("有轻微使用痕迹，功能完好", "slightly used, and working")),
    Grade.D: GradeRow(
        Label(
            "明显使用、缺件或有瑕疵，可修复或折价销售", "worn, incomplete or flawed; can be repaired or sold for less"
        )
    ),
    Grade.E: GradeRow(Label("损坏，不能再销售", "damaged, and cannot be sold")),
}
"""Every condition with its row."""


class GradeUnknown(Refusal):
    """An inspection names a condition that is not in the table. `allowed` are those that are."""

    kind, code = Kind.INVALID, "grade_unknown"
    zh = "没有该成色等级，可以填写：{allowed}。"
    en = "There is no such grade. Possible are: {allowed}."


def check_grade(grade: str | None, pointer: str) -> None:
    """Refuse a condition that is not in the table. `pointer` is the field that the refusal is about. Raises: GradeUnknown."""
    if grade is not None and grade not in GRADES:
        raise GradeUnknown(pointer=pointer, allowed=[each.value for each in GRADES])
