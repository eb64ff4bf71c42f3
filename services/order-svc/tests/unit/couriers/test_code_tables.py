"""What every code of every partner means: the reference of the wire contracts beside the whole of each adapter's table.

A row is the codes of one meaning: the status, who took the parcel, the reason. A code that is in an adapter and not here, or
here and not in the adapter, fails.
"""

from collections.abc import Mapping

import pytest
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers import aftership, easypost, jt, kdniao, kuaidi100, sf, yto, zto
from order_svc.integrations.couriers.port import Meaning

Rows = dict[str, str]
"""`status`, `status @receiver`, `status !reason`, by the codes with blanks between."""

SF: Rows = {
    "50 54 43 46 51 607": "picked_up",
    "30 31 36 105 106 310 3036": "in_transit",
    "99": "in_transit !forwarded",
    "44 204 34 47 630 634": "out_for_delivery",
    "123 130": "ready_for_pickup @station",
    "125": "ready_for_pickup @locker",
    "70 33": "attempt_failed",
    "80": "delivered",
    "8000": "unknown",  # information about the receipt, and no state
    "611 631": "exception",
    "648": "returning",
}
SF_STATUSES: Rows = {"201": "in_transit", "301": "out_for_delivery", "1301": "ready_for_pickup @station"}
ZTO: Rows = {
    "GOT": "picked_up",
    "ARRIVAL DEPARTURE": "in_transit",
    "DISPATCH": "out_for_delivery",
    "INBOUND HANDOVERSCAN_SIGNED": "ready_for_pickup @station",
    "DEPARTURE_SIGNED": "delivered @person",  # collected
    "SIGNED": "delivered",
    "PROBLEM": "exception",
    "RETURN_SCAN": "returning",
    "RETURN_SIGNED RESIGN": "returned",
}
YTO: Rows = {
    "ACCEPT": "pending",
    "UNACCEPT": "cancelled",
    "NOT_SEND": "exception !pickup_failed",
    "GOT": "picked_up",
    "ARRIVAL DEPARTURE AIRSEND AIRARRIVAL": "in_transit",
    "SENT_SCAN": "out_for_delivery",
    "INBOUND": "ready_for_pickup @station",
    "SIGNED": "delivered",
    "FAILED": "attempt_failed",
    "TMS_RETURN FORWARDING": "returning",
}
JT: Rows = {
    "10 400": "picked_up",
    "20 30 403 404 405": "in_transit",
    "401 402": "customs",
    "94": "out_for_delivery",
    "700 701 702 703 704": "ready_for_pickup @station",
    "100": "delivered",
    "110": "exception",
    "200 201": "exception !carrier_damaged_parcel",
    "301 305": "exception !disposed",
    "302": "exception !consignee_refused",
    "303": "exception !customs_confiscated",
    "304": "exception !delayed",
    "172": "returning",
    "173": "returned",
    "300": "lost",
}
KUAIDI100: Rows = {
    "101 102": "pending",
    "1 103": "picked_up",
    "0 1001 1002": "in_transit",
    "1003 7": "in_transit !forwarded",
    "8 10 11 12": "customs",
    "13": "customs !customs_delay",
    "5": "out_for_delivery",
    "501": "ready_for_pickup",
    "3 302": "delivered",
    "301": "delivered @person",
    "303": "delivered @proxy",
    "304": "delivered @station",
    "2": "exception",
    "201 202 208": "exception !delayed",  # 201 to 210 are [U]
    "203 14": "exception !consignee_refused",
    "204": "attempt_failed",
    "205": "exception !pickup_overdue",
    "206": "attempt_failed !consignee_not_available",
    "207": "attempt_failed !out_of_delivery_area",
    "209": "exception !carrier_damaged_parcel",
    "210": "exception !cancelled_by_sender",
    "6": "returning",
    "4": "returned",
    "401": "cancelled",
}
KDNIAO: Rows = {
    "0 10": "pending",
    "1": "picked_up",
    "2 201 204 205 206": "in_transit",
    "5": "in_transit !forwarded",
    "6 601 602 603": "customs",
    "604": "customs !customs_delay",
    "202 419": "out_for_delivery",
    "211": "ready_for_pickup",
    "3 302": "delivered",
    "301": "delivered @person",
    "304": "delivered @proxy",
    "311": "delivered @station",
    "4": "exception",
    "401 402 403": "exception !delayed",
    "404": "returning !consignee_refused",
    "407": "returning",
    "406": "returned",
    "405": "attempt_failed",
    "416": "attempt_failed !consignee_not_available",
    "420": "attempt_failed !consignee_incorrect_address",
    "421": "attempt_failed !consignee_incorrect_phone",
    "412": "exception !pickup_overdue",
    "413": "cancelled !intercepted",
    "415": "cancelled !cancelled_by_sender",
    "414": "exception !carrier_damaged_parcel",
    "422 423": "exception !carrier_sorting_error",
}
AFTERSHIP: Rows = {
    "Pending InfoReceived": "pending",
    "InTransit": "in_transit",
    "InTransit_002": "picked_up",
    "OutForDelivery": "out_for_delivery",
    "AttemptFail": "attempt_failed",
    "AttemptFail_002": "attempt_failed !consignee_not_available",
    "AvailableForPickup": "ready_for_pickup",
    "Delivered": "delivered",
    "Delivered_002 Delivered_003": "delivered @person",
    "Delivered_005": "delivered @proxy",
    "Exception": "exception",
    "Exception_003": "exception !consignee_refused",
    "Exception_004": "customs !customs_delay",
    "Exception_005 Exception_016 Exception_017 Exception_019": "exception !delayed",
    "Exception_007": "exception !consignee_incorrect_address",
    "Exception_008": "exception !pickup_overdue",
    "Exception_010": "returning",
    "Exception_011": "returned",
    "Exception_012": "exception !carrier_damaged_parcel",
    "Exception_013": "lost",
    "Exception_020": "cancelled",
    "Exception_021": "exception !disposed",
    "Expired": "unknown",  # not lost
}
EASYPOST: Rows = {
    "unknown": "unknown",
    "pre_transit": "pending",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "ready_for_pickup",
    "delivered": "delivered",
    "return_to_sender": "returning",
    "returned": "returned",  # as the adapter calls a return that has reached the sender
    "failure error": "exception",
    "cancelled": "cancelled",
}
TABLES: dict[str, tuple[Rows, Mapping[str, Meaning]]] = {
    "sf": (SF, sf._OP_CODES),
    "sf, statuses": (SF_STATUSES, sf._STATUS_CODES),
    "zto": (ZTO, zto._ACTIONS),
    "yto": (YTO, yto._CODES),
    "jt, jt-my": (JT, jt.MALAYSIA),
    "kuaidi100": (KUAIDI100, kuaidi100._STATES),
    "kdniao": (KDNIAO, kdniao._STATES),
    "aftership": (AFTERSHIP, aftership._TAGS),
    "easypost": (EASYPOST, easypost._STATUSES),
}


def written(meaning: Meaning) -> str:
    receiver = f" @{meaning.delivered_to}" if meaning.delivered_to else ""
    return f"{meaning.status}{receiver}" + (f" !{meaning.reason}" if meaning.reason else "")


@pytest.mark.parametrize("partner", TABLES)
def test_the_table_of_the_adapter_is_that_of_the_reference(partner: str) -> None:
    rows, table = TABLES[partner]
    expected = {code: meaning for codes, meaning in rows.items() for code in codes.split()}
    assert len(expected) == sum(len(codes.split()) for codes in rows), "a code stands twice"
    assert {code: written(meaning) for code, meaning in table.items()} == expected


def test_every_name_of_a_state_of_kuaidi100_has_a_code() -> None:
    assert set(kuaidi100._NAMES.values()) <= set(kuaidi100._STATES)


def test_every_status_has_a_code_of_some_partner() -> None:
    shown = {meaning.status for _, table in TABLES.values() for meaning in table.values()}
    assert shown == set(ParcelStatus)
