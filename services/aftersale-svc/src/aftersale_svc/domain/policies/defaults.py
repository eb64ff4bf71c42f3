"""The policy that a decision cites where whoever decides cites none, by its name in kb-svc."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.decisions.model import DecisionKind

_K, _T, _R = DecisionKind, CaseType, Reason
_BY_KIND: Mapping[DecisionKind, str] = {
    _K.REFUND: "refund-times",
    _K.VERDICT: "disputes",
    _K.APPEAL: "disputes",
    _K.SETTLEMENT: "disputes",
    _K.GUARANTEE_CLAIM: "guarantees",
    _K.COURIER_CLAIM: "courier-claims",
    _K.REFUSED_GOODS_CLAIM: "returns",
}
"""What is not decided about the request itself."""
_BY_REASON: Mapping[Reason, str] = {
    _R.NOT_SHIPPED_IN_TIME: "late-shipping",
    _R.NO_TRACKING: "late-shipping",
    _R.LOST_IN_TRANSIT: "late-shipping",
    _R.DAMAGED_IN_TRANSIT: "damaged-on-arrival",
    _R.WRONG_ITEM: "wrong-or-missing-items",
    _R.MISSING_PARTS: "wrong-or-missing-items",
    _R.SHORT_QUANTITY: "wrong-or-missing-items",
    _R.EMPTY_PACKAGE: "wrong-or-missing-items",
    _R.DELIVERED_NOT_RECEIVED: "wrong-or-missing-items",
    _R.WARRANTY_REPAIR: "warranty",
    _R.INVOICE_PROBLEM: "invoices",
}
_BY_TYPE: Mapping[CaseType, str] = {
    _T.EXCHANGE: "exchanges",
    _T.FAST_EXCHANGE: "exchanges",
    _T.REPAIR: "warranty",
    _T.PRICE_ADJUST: "price-protection",
    _T.CANCEL_UNSHIPPED: "cancel-order",
}


def default_slug(kind: DecisionKind, type_: CaseType, reason: Reason) -> str:
    """The policy about decisions of this kind; of those about the request, the one about its reason, else about its type."""
    return _BY_KIND.get(kind) or _BY_REASON.get(reason) or _BY_TYPE.get(type_) or "returns"
