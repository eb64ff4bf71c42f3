"""An action as people read it, of a case, a dispute or a claim."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from aftersale_svc.domain.cases.reasons import Label

A = TypeVar("A", bound=str)


@dataclass(frozen=True, slots=True)
class ActionText(Generic[A]):
    """An action, and why it is not open to the reader; None where it is."""

    action: A
    name: Label
    why_not: Label | None
