"""A valid body for every command of order-svc that needs one."""

from typing import Any

ADDRESS = {"name": "王芳", "phone": "13800000000", "city": "杭州市", "street": "文三路 1 号"}


def order_bodies(
    wanted: dict[str, Any],
    part: list[dict[str, Any]],
    parcel: dict[str, Any],
    label: dict[str, Any],
    account: dict[str, Any],
) -> dict[str, Any]:
    """The bodies by operation: `wanted` is an order, `part` some units of it, the others are about its shipment."""
    return {
        "createOrder": wanted,
        "changeAddress": {"shipping_address": ADDRESS},
        "startPayment": {"provider": "simulator"},
        "capturePayment": {},
        "recordRefund": {"method": "cash", "reference": "K-1", "evidence": "sha256:" + "5e" * 32},
        "requestIntercept": {"purpose": "change_address", "shipping_address": ADDRESS},
        "refuseIntercept": {"reason": "too_late"},
        "shipParcel": parcel | {"waybill_no": "73000002"},
        "deliverVirtualGoods": {"lines": part},
        "extendReceipt": {"days": 3},
        "setOrderTimes": {"ship_hours": 72},
        "recordDelivery": {"evidence": "sha256:" + "5e" * 32},
        "recordLoss": {},
        "startOrderImport": {"file_hash": "sha256:" + "cd" * 32},
        # What an order of a file lacks is in the response: test_import_rows.py.
        "importOrderRows": {"orders": [{"row": 1, "order": {}}], "next_row": 2},
        "createCourierEndpoint": {"partner": "zto"},
        "rotateCourierSecret": {},
        "restrictCourierEndpoint": {"allowed_networks": ["203.0.113.0/24"]},
        "revokeCourierEndpoint": {"grace_hours": 168},
        "explainPaymentDifference": {"note": "a fee"},
        "resolvePaymentDifference": {"note": "a fee"},
        "acknowledgeParcelAnomaly": {"note": "called the depot"},
        "resolveParcelAnomaly": {"resolution": "found"},
        "connectShippingAccount": account | {"courier": "kuaidi100", "key": "a-key"},
        "rotateShippingSecret": {"secret": "another"},
        "changeShippingSender": {"sender": ADDRESS},
        "orderLabel": label,
        "orderReturnLabel": {"carrier": "sf", "weight_grams": 900, "case_id": "case_1"},
        "changePickup": {"begins_at": "2031-05-02T10:00:00+08:00", "ends_at": "2031-05-02T12:00:00+08:00"},
        "askShippingPrices": {"weight_grams": 900},
    }
