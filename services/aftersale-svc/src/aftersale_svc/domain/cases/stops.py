"""What a case waits for while a dispute stops it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """How far the dispute about a case is, whose turn it is there, and until when; `deadline_at` None: without a limit."""

    case_id: str
    state: str
    whose_turn: str
    deadline_at: datetime | None
