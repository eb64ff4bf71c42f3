"""What a case lacks that shows its reason to be true."""

from collections.abc import Mapping, Sequence

from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.cases.reasons import Label

KIND_NAMES: Mapping[EvidenceKind, Label] = {
    EvidenceKind.PHOTO: Label("照片", "a photo"),
    EvidenceKind.VIDEO: Label("视频", "a video"),
    EvidenceKind.DOCUMENT: Label("文件", "a document"),
    EvidenceKind.DELIVERY_RECEIPT: Label("物流回单", "a delivery receipt"),
    EvidenceKind.CALL_RECORD: Label("通话记录", "the record of a call"),
    EvidenceKind.TEST_REPORT: Label("检测报告", "a test report"),
}


def missing_evidence(kinds: Sequence[EvidenceKind]) -> Label:
    """What is missing, of which one is enough; it can be sent to the buyer as it is."""
    zh = "或".join(KIND_NAMES[each].zh for each in kinds)
    en = " or ".join(KIND_NAMES[each].en for each in kinds)
    return Label(f"缺少凭证：请提供{zh}。", f"Evidence is missing: {en} is needed.")
