"""What an evidence file was at an earlier time."""

from datetime import datetime

from aftercare_chassis.records import replace

from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceState

_CHECKED = frozenset({EvidenceState.ACCEPTED, EvidenceState.REFUSED})


def file_at(file: EvidenceFile, at: datetime) -> EvidenceFile | None:
    """The file as it was at this time; None where it had not been announced yet, or where an earlier build has checked it, which
    did not keep when it was uploaded."""
    if file.created_at > at:
        return None
    if file.updated_at <= at:
        return file
    if file.uploaded_at is None and file.state in _CHECKED:
        return None
    uploaded = file.uploaded_at is not None and file.uploaded_at <= at
    return replace(file, state=EvidenceState.UPLOADED if uploaded else EvidenceState.PENDING)
