"""Which files may be announced, and who sees the original."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from aftercare_files.media import MediaType

from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.evidence.errors import EvidenceKindOfPlatform, EvidenceTooLarge, MediaTypeUnsuitable
from aftersale_svc.domain.permissions import STAFF

_K, _M = EvidenceKind, MediaType
IMAGES = (_M.JPEG, _M.PNG, _M.WEBP, _M.HEIC)
TYPES: Mapping[EvidenceKind, tuple[MediaType, ...]] = MappingProxyType(
    {
        _K.PHOTO: IMAGES,
        _K.VIDEO: (_M.MP4,),
        _K.DOCUMENT: (*IMAGES, _M.PDF),
        _K.DELIVERY_RECEIPT: (*IMAGES, _M.PDF),
        _K.CALL_RECORD: (_M.MP4, _M.PDF),
        _K.TEST_REPORT: (*IMAGES, _M.PDF),
    }
)
FILES_OF_A_SIDE = 100
"""How many files one side may announce for an order."""
OF_PLATFORM = frozenset({_K.TEST_REPORT})
"""The kinds that only staff uploads."""
SEES_ORIGINALS = frozenset({"arbitrator"})


class FileLimits(Protocol):
    """The settings with the types that are taken, and the largest sizes, in bytes."""

    @property
    def evidence_types(self) -> Sequence[MediaType]: ...
    @property
    def evidence_image_bytes(self) -> int: ...
    @property
    def evidence_video_bytes(self) -> int: ...
    @property
    def evidence_document_bytes(self) -> int: ...


def largest(media_type: MediaType, limits: FileLimits) -> int:
    """How many bytes a file of this type may have."""
    if media_type is _M.MP4:
        return limits.evidence_video_bytes
    return limits.evidence_document_bytes if media_type is _M.PDF else limits.evidence_image_bytes


def check_uploader(kind: EvidenceKind, role: str) -> None:
    """Raises: EvidenceKindOfPlatform."""
    if kind in OF_PLATFORM and role not in STAFF:
        raise EvidenceKindOfPlatform(pointer="/kind")


def check_announced(kind: EvidenceKind, media_type: MediaType, size: int, limits: FileLimits) -> None:
    """Raises: MediaTypeUnsuitable, EvidenceTooLarge."""
    allowed = [each.value for each in TYPES[kind] if each in limits.evidence_types]
    if media_type not in allowed:
        raise MediaTypeUnsuitable(pointer="/media_type", allowed=allowed)
    if size > (limit := largest(media_type, limits)):
        raise EvidenceTooLarge(pointer="/size", limit_bytes=limit)
