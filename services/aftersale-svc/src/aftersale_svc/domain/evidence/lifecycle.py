"""The states of an evidence file as a table: announced, uploaded, checked by a worker."""

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

from aftersale_svc.domain.evidence.model import EvidenceAction, EvidenceState
from aftersale_svc.domain.permissions import SIDES, STAFF, SYSTEM_ONLY

UPLOADER_OR_SYSTEM = Permission("uploader_only", SIDES | STAFF | {"system"})
_S, _A = EvidenceState, EvidenceAction

EVIDENCE: Lifecycle[EvidenceState, EvidenceAction] = Lifecycle(
    "evidence file",
    initial=_S.PENDING,
    transitions={
        (_S.PENDING, _A.COMPLETE): Transition(_S.UPLOADED, UPLOADER_OR_SYSTEM),
        (_S.PENDING, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
        (_S.UPLOADED, _A.ACCEPT): Transition(_S.ACCEPTED, SYSTEM_ONLY),
        (_S.UPLOADED, _A.REFUSE): Transition(_S.REFUSED, SYSTEM_ONLY),
    },
    timeouts={
        _S.PENDING: Timeout("uploader", "evidence_upload_hours", _A.EXPIRE, "expired"),
        _S.UPLOADED: Timeout("system", "evidence_check_hours", _A.REFUSE, "refused"),
    },
    ends={_S.ACCEPTED, _S.REFUSED, _S.EXPIRED},
)
"""The worker takes the action of the timer, after it has looked for the file, or tried to examine it, once more."""
