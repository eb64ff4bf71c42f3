"""Refusals of files that are announced."""

from aftercare_chassis.refusals import Kind, Refusal


class EvidenceSubjectUnclear(Refusal):
    """A file is for an order or for a case: one of the two is named."""

    kind, code = Kind.INVALID, "evidence_subject_unclear"
    zh, en = "必须且只能指定订单或售后单之一。", "Name either an order or a case."


class MediaTypeUnsuitable(Refusal):
    """This kind of evidence is not a file of this type. `allowed` are the types that it may be."""

    kind, code = Kind.INVALID, "media_type_unsuitable"
    zh, en = "该类凭证只能是：{allowed:or 无}。", "Evidence of this kind may be: {allowed:or none}."


class EvidenceUnusable(Refusal):
    """What is cited is no file that can be used here. `found` is how far the files are, `allowed` what they may be, `kinds` of which
    kinds one has to be where evidence is required."""

    kind, code = Kind.INVALID, "evidence_unusable"
    zh, en = (
        "凭证必须是为该订单上传（POST /v1/evidence）的文件，其状态可以是：{allowed}；所引用的文件：{found}。",
        "Evidence has to be a file for this order (POST /v1/evidence), {allowed}; what is cited is {found}.",
    )


class EvidenceKindOfPlatform(Refusal):
    """Only the platform uploads the report of a testing body."""

    kind, code = Kind.FORBIDDEN, "evidence_kind_of_platform"
    zh, en = "检测报告只能由平台上传。", "Only the platform uploads the report of a testing body."


class EvidenceTooLarge(Refusal):
    """The file is larger than files of its type may be."""

    kind, code = Kind.INVALID, "evidence_too_large"
    zh, en = "该类型的文件不得超过 {limit_bytes} 字节。", "A file of this type may have at most {limit_bytes} bytes."


class TooManyEvidenceFiles(Refusal):
    """One side has announced as many files for an order as it may."""

    kind, code = Kind.CONFLICT, "too_many_evidence_files"
    zh, en = "每个订单每一方最多上传 {limit} 个文件。", "Each side may upload at most {limit} files for an order."
