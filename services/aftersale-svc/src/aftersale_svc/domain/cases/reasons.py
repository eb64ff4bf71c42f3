"""The reasons as a table: a tree of groups and codes, and what follows from each by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from aftersale_svc.domain.cases.codes import (
    CaseType,
    EvidenceKind,
    EvidenceNeed,
    FreightPayer,
    Liable,
    Reason,
    ReasonGroup,
    Term,
)
from aftersale_svc.domain.orders.model import Stage

REASONS_VERSION = 15
"""The version of the table. It increases with every change of the table.

Who is liable for a reason and who pays the way back never change, so that cases of every version are judged alike: what is to
follow otherwise gets a code of its own.
"""


@dataclass(frozen=True, slots=True)
class Label:
    """A text for people in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason: its group, and what is shown to people.

    `liable` is who is liable as long as no verdict finds otherwise, `freight_payer` who pays if goods are sent back.
    `evidence_kinds` are the kinds of files one of which shows that it is true; none where nothing needs to be shown. `is_warranty` marks what a warranty covers. It may be chosen while the goods are at these `stages`, and in its `term` once they were received;
    with `pays_later` also where money is to go back after the after-sale window (`terms.term_of`). It is in the table since the version `since`.
    """

    group: ReasonGroup
    label: Label
    liable: Liable
    freight_payer: FreightPayer
    evidence_kinds: tuple[EvidenceKind, ...]
    stages: frozenset[Stage]
    is_warranty: bool = False
    since: int = 1
    term: Term = Term.WINDOW
    pays_later: bool = False

    @property
    def evidence(self) -> EvidenceNeed:
        """Whether a request comes with evidence, where its merchant requires none."""
        return EvidenceNeed.ADVISED if self.evidence_kinds else EvidenceNeed.NONE


# A reason is left out of a stage only where it cannot be true there. An order is in transit from its first parcel to the
# arrival of its last, so part of the goods may have arrived; and a buyer confirms receipt although a parcel is missing.
_ALWAYS = frozenset(Stage)
_ONCE_SHIPPED = frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT})
_ONCE_RECEIVED = frozenset({Stage.POST_RECEIPT})

NOT_RECEIVED = frozenset(
    {
        Reason.SHORT_QUANTITY,
        Reason.NOT_SHIPPED_IN_TIME,
        Reason.NO_TRACKING,
        Reason.LOST_IN_TRANSIT,
        Reason.EMPTY_PACKAGE,
        Reason.DELIVERED_NOT_RECEIVED,
    }
)
"""By these the buyer does not have the units."""
PARCEL_MISSING = frozenset({Reason.NO_TRACKING, Reason.LOST_IN_TRANSIT, Reason.DELIVERED_NOT_RECEIVED})
"""By these the parcel with the units did not reach the buyer."""

_R, _L, _P, _K = Reason, Liable, FreightPayer, EvidenceKind
_NOTHING: tuple[EvidenceKind, ...] = ()
_SEEN, _SHOWN, _PROVEN = (_K.PHOTO,), (_K.PHOTO, _K.VIDEO), (_K.PHOTO, _K.DOCUMENT)
"""What a photo shows, what a video shows as well, and what a document may prove."""


def _choice(zh: str, en: str) -> ReasonRow:
    return ReasonRow(ReasonGroup.BUYERS_CHOICE, Label(zh, en), _L.BUYER, _P.BUYER, _NOTHING, _ALWAYS)


def _promise(
    zh: str,
    en: str,
    evidence_kinds: tuple[EvidenceKind, ...],
    stages: frozenset[Stage] = _ALWAYS,
    is_warranty: bool = False,
) -> ReasonRow:
    group = ReasonGroup.NOT_AS_PROMISED
    return ReasonRow(group, Label(zh, en), _L.SELLER, _P.SELLER, evidence_kinds, stages, is_warranty)


def _delivery(
    zh: str,
    en: str,
    liable: Liable,
    evidence_kinds: tuple[EvidenceKind, ...],
    stages: frozenset[Stage] = _ONCE_SHIPPED,
    since: int = 1,
) -> ReasonRow:
    payer = _P.BUYER if liable is _L.BUYER else _P.SELLER
    return ReasonRow(ReasonGroup.DELIVERY, Label(zh, en), liable, payer, evidence_kinds, stages, since=since)


def _service(
    zh: str,
    en: str,
    evidence_kinds: tuple[EvidenceKind, ...],
    stages: frozenset[Stage] = _ALWAYS,
    is_warranty: bool = False,
    term: Term = Term.WINDOW,
    pays_later: bool = False,
) -> ReasonRow:
    group, label = ReasonGroup.SERVICE, Label(zh, en)
    return ReasonRow(
        group, label, _L.SELLER, _P.SELLER, evidence_kinds, stages, is_warranty, term=term, pays_later=pays_later
    )


GROUPS: Mapping[ReasonGroup, Label] = {
    ReasonGroup.BUYERS_CHOICE: Label("买家原因", "The buyer's choice"),
    ReasonGroup.NOT_AS_PROMISED: Label("商品与承诺不符", "Not as promised"),
    ReasonGroup.DELIVERY: Label("物流问题", "Delivery"),
    ReasonGroup.SERVICE: Label("服务问题", "Service"),
}

REASONS: Mapping[Reason, ReasonRow] = {
    _R.CHANGED_MIND: _choice("不想要了", "I changed my mind"),
    _R.WRONG_SIZE_OR_MODEL: _choice("尺寸或型号不合适", "The size or model does not fit"),
    _R.ORDERED_BY_MISTAKE: _choice("拍错或多拍", "Ordered by mistake"),
    _R.PRICE_DROPPED: _choice("商品降价", "The price has dropped"),
    _R.NOT_AS_DESCRIBED: _promise("与描述不符", "Not as described", _SHOWN),
    _R.QUALITY_DEFECT: _promise("质量问题或瑕疵", "A defect or flaw", _SHOWN, is_warranty=True),
    _R.BELOW_STANDARD: _promise("质量不达标", "Below the quality standard", _SHOWN, is_warranty=True),
    _R.DEAD_ON_ARRIVAL: _promise("到货即故障", "Did not work on arrival", _SHOWN, _ONCE_SHIPPED, is_warranty=True),
    _R.WRONG_ITEM: _promise("商家错发", "The wrong item was sent", _SEEN, _ONCE_SHIPPED),
    _R.MISSING_PARTS: _promise("缺件", "Parts are missing", _SEEN),
    _R.PACKAGING_DAMAGED: _promise("包装破损", "The packaging is damaged", _SEEN),
    _R.SHORT_QUANTITY: _promise("少发或漏发", "Fewer units were sent", _SHOWN, _ONCE_SHIPPED),
    _R.COUNTERFEIT: _promise("假冒商品", "Counterfeit goods", _PROVEN),
    _R.EXPIRED_OR_NEAR_EXPIRY: _promise("过期或临期", "Expired or near expiry", _SEEN),
    _R.NO_LICENCE_INFO: _promise("缺少资质或许可信息", "Licence information is missing", _SEEN),
    _R.NOT_SHIPPED_IN_TIME: _delivery("未按时发货", "Not shipped in time", _L.SELLER, _NOTHING, _ALWAYS),
    _R.NO_TRACKING: _delivery("无物流信息", "No tracking information", _L.SELLER, _NOTHING),
    _R.LOST_IN_TRANSIT: _delivery("包裹丢失", "Lost in transit", _L.COURIER, _NOTHING),
    _R.DAMAGED_IN_TRANSIT: _delivery("运输途中破损", "Damaged in transit", _L.COURIER, _SHOWN),
    _R.EMPTY_PACKAGE: _delivery("空包裹", "The parcel was empty", _L.SELLER, _SHOWN),
    _R.DELIVERED_NOT_RECEIVED: _delivery(
        "显示签收但未收到", "Reported as delivered, not received", _L.COURIER, _NOTHING
    ),
    _R.REFUSED_AT_DOOR: _delivery("拒收", "Refused at the door", _L.BUYER, _NOTHING),
    _R.CALLED_BACK: _delivery("商家或平台召回包裹", "Called back by the merchant", _L.SELLER, _NOTHING, since=14),
    _R.WARRANTY_REPAIR: _service(
        "保修", "Repair under warranty", _SHOWN, _ONCE_RECEIVED, is_warranty=True, term=Term.WARRANTY
    ),
    _R.PAID_REPAIR: ReasonRow(
        ReasonGroup.SERVICE,
        Label("保修范围外的维修", "Repair outside the warranty"),
        _L.BUYER,
        _P.BUYER,
        _NOTHING,
        _ONCE_RECEIVED,
        since=4,
        term=Term.UNLIMITED,
    ),
    _R.RECALL: _service("商品召回", "Product recall", _NOTHING, term=Term.RECALL, pays_later=True),
    _R.SAFETY_INCIDENT: _service("安全事故", "Safety incident", _SHOWN, term=Term.SAFETY_INCIDENT, pays_later=True),
    _R.SERVICE_ATTITUDE: _service("服务态度", "The way I was treated", _NOTHING),
    _R.INVOICE_PROBLEM: _service("发票问题", "A problem with the invoice", _NOTHING, term=Term.UNLIMITED),
}
"""Every reason with its row. None of them requires evidence by itself: a merchant may say so of each that needs any."""

# For every other reason the merchant is liable towards the buyer, also where the courier is at fault.
BUYER_LIABLE = frozenset(reason for reason, row in REASONS.items() if row.liable is Liable.BUYER)


UNSUITED: Mapping[str, frozenset[Reason]] = {
    # What is refused at the door is there, and nobody has used it.
    CaseType.REFUSED_DELIVERY: frozenset(
        {
            *(_R.DEAD_ON_ARRIVAL, _R.NO_TRACKING, _R.LOST_IN_TRANSIT, _R.DELIVERED_NOT_RECEIVED, _R.WARRANTY_REPAIR),
            _R.SERVICE_ATTITUDE,
        }
    ),
    # The buyer keeps the goods for less; these leave nothing worth keeping, or are about something else than the goods.
    CaseType.PRICE_ADJUST: frozenset(
        {
            *(_R.CHANGED_MIND, _R.ORDERED_BY_MISTAKE, _R.DEAD_ON_ARRIVAL, _R.WRONG_ITEM, _R.COUNTERFEIT),
            *(_R.NOT_SHIPPED_IN_TIME, _R.NO_TRACKING, _R.LOST_IN_TRANSIT, _R.EMPTY_PACKAGE, _R.DELIVERED_NOT_RECEIVED),
            *(_R.REFUSED_AT_DOOR, _R.WARRANTY_REPAIR, _R.RECALL, _R.SAFETY_INCIDENT, _R.SERVICE_ATTITUDE),
        }
    ),
    # The buyer sends goods back once they have the replacement, so they have them.
    CaseType.FAST_EXCHANGE: frozenset(
        {
            *(_R.PRICE_DROPPED, _R.SHORT_QUANTITY, _R.NOT_SHIPPED_IN_TIME, _R.NO_TRACKING, _R.LOST_IN_TRANSIT),
            *(_R.EMPTY_PACKAGE, _R.DELIVERED_NOT_RECEIVED, _R.REFUSED_AT_DOOR, _R.SERVICE_ATTITUDE),
        }
    ),
    # A repair mends goods that the buyer has, and that are what was ordered.
    CaseType.REPAIR: frozenset(
        {
            *(_R.CHANGED_MIND, _R.WRONG_SIZE_OR_MODEL, _R.ORDERED_BY_MISTAKE, _R.PRICE_DROPPED, _R.NOT_AS_DESCRIBED),
            *(_R.WRONG_ITEM, _R.MISSING_PARTS, _R.PACKAGING_DAMAGED, _R.SHORT_QUANTITY, _R.COUNTERFEIT),
            *(_R.EXPIRED_OR_NEAR_EXPIRY, _R.NO_LICENCE_INFO, _R.NOT_SHIPPED_IN_TIME, _R.NO_TRACKING),
            *(_R.LOST_IN_TRANSIT, _R.EMPTY_PACKAGE, _R.DELIVERED_NOT_RECEIVED, _R.REFUSED_AT_DOOR),
            _R.SERVICE_ATTITUDE,
        }
    ),
}
"""The reasons for which a type of case is not the remedy; every other type may be asked for with every reason but these:"""
ONLY_FOR: Mapping[Reason, frozenset[str]] = {
    _R.PAID_REPAIR: frozenset({CaseType.REPAIR, CaseType.CONSULT}),
    # A parcel that its sender has stopped comes back, whatever its receiver wants.
    _R.CALLED_BACK: frozenset({CaseType.REFUSED_DELIVERY}),
    # Neither goods nor money mend an invoice.
    _R.INVOICE_PROBLEM: frozenset({CaseType.CONSULT}),
}
"""The types of cases that are opened for a reason, where it is not every type."""

NOT_OF_BUYERS = frozenset({_R.CALLED_BACK})
"""What the buyer cannot know or decide: that the merchant or the platform has called a parcel back. They give it, or the courier reports it."""


def suits(type_: str, reason: Reason) -> bool:
    """Whether cases of this type are opened for this reason."""
    return reason not in UNSUITED.get(type_, ()) and type_ in ONLY_FOR.get(reason, {type_})


def is_selectable(reason: Reason, type_: str, stage: Stage, *, by_buyer: bool = False) -> bool:
    """Whether the reason may be chosen for this type while the goods are at this stage, by the buyer or by others."""
    barred = by_buyer and reason in NOT_OF_BUYERS
    return stage in REASONS[reason].stages and suits(type_, reason) and not barred


def selectable_reasons(type_: str, stage: Stage, *, by_buyer: bool = False) -> list[Reason]:
    """The reasons that may be chosen for this type while the goods are at this stage, group by group."""
    return list(_selectable(type_, stage, by_buyer))


@cache
def _selectable(type_: str, stage: Stage, by_buyer: bool) -> tuple[Reason, ...]:
    return tuple(reason for reason in REASONS if is_selectable(reason, type_, stage, by_buyer=by_buyer))
