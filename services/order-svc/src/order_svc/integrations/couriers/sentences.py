"""What couriers' sentences state that their codes leave open: who received a parcel, that it was refused, its next number."""

import re

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import CONSIGNEE_REFUSED, ParcelStatus
from order_svc.integrations.couriers.port import DeliveredTo, Meaning

_RECEIVERS = (
    (DeliveredTo.LOCKER, ("快递柜", "自提柜", "智能柜", "丰巢", "格口", "蜂巢")),
    (DeliveredTo.STATION, ("驿站", "代收点", "服务点", "自提点", "取货码", "取件码", "超市", "便利店", "代办点")),
    (DeliveredTo.PROXY, ("代收", "代签", "家人", "门卫", "物业", "前台", "保安", "同事", "邻居", "他人")),
)
_REFUSALS = ("拒收", "拒签")
_REFUSABLE = (ParcelStatus.EXCEPTION, ParcelStatus.ATTEMPT_FAILED)
_NEXT_WAYBILL = re.compile(
    r"(?:新|退回|退件|转寄|转单|更换)(?:后)?的?(?:运单|快递|快件|单)?(?:单)?号(?:码)?(?:为|是)?[\s:\uff1a【\[]*([A-Za-z]{0,4}\d{8,20})"
)


def receiver(text: str) -> DeliveredTo:
    """The kind of receiver that the sentence about a signature names; a person, where it names none."""
    # Behind the thanks come advertisements for stations and lockers.
    named = text.split("感谢")[0]
    return next((kind for kind, words in _RECEIVERS if any(word in named for word in words)), DeliveredTo.PERSON)


def with_receiver(meaning: Meaning, text: str) -> Meaning:
    """The meaning of a delivery with the kind of receiver, where the code leaves it open."""
    if meaning.status is not ParcelStatus.DELIVERED or meaning.delivered_to is not None:
        return meaning
    return meaning._replace(delivered_to=receiver(text))


def with_refusal(meaning: Meaning, text: str) -> Meaning:
    """The meaning of a failure with the reason that the consignee refused the parcel, where the sentence states it."""
    if meaning.status in _REFUSABLE and meaning.reason is None and any(word in text for word in _REFUSALS):
        return meaning._replace(reason=CONSIGNEE_REFUSED)
    return meaning


def explained(meaning: Meaning | None, text: str) -> Meaning | None:
    """The meaning of a code with what the sentence adds to it. The code decides the status, whatever the text is."""
    return None if meaning is None else with_refusal(with_receiver(meaning, text), text)


def next_waybill(text: str) -> str | None:
    """The number under which a parcel goes on that is sent back or forwarded, where the sentence names it."""
    match = _NEXT_WAYBILL.search(text)
    return None if match is None else waybill(match[1])
