"""Files that other processes of the suite make: of labels, and of evidence in each type that is taken."""

import httpx
import pytest
from aftercare_cli.api_client import Body
from aftercare_cli.journey import RETURN_ADDRESS, Journey
from aftercare_cli.stack.waiting import wait_for
from aftercare_simulators.shipping import Account
from file_samples import encoded, page, scene, sha256, video

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)


def test_a_label_is_printed_and_its_parcel_delivered(journey: Journey) -> None:
    seller, account = journey.participants.seller, Account()
    sender = {name: value for name, value in RETURN_ADDRESS.items() if name != "country"}
    credentials = {"account_no": account.account_no, "secret": account.secret}
    seller.post("/v1/shipping-accounts", {"courier": "sf", **credentials, "sender": sender})
    order = journey.order()
    journey.pay(order)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    label = seller.post(f"/v1/orders/{order['id']}/labels", {"carrier": "sf", "weight_grams": 1530, "lines": lines})
    path = f"/v1/labels/{label['id']}"

    waybill_no = seller.wait_state(path, "created")["waybill_no"]
    wait_for(
        lambda: seller.request("GET", f"{path}/file").content.startswith(b"%PDF"),
        seconds=60,
        otherwise="no file of the label was made",
    )
    for status in ("picked_up", "delivered"):
        journey.scan(waybill_no, status, "sf")
    journey.participants.buyer.wait_state(f"/v1/orders/{order['id']}", "delivered")


@pytest.mark.parametrize(
    ("media_type", "kind", "content"),
    [
        ("image/jpeg", "photo", encoded(scene(1))),
        ("image/heic", "photo", encoded(scene(2), "HEIF")),
        ("application/pdf", "document", page()),
        ("video/mp4", "video", video()),
        ("video/mp4", "video", video(codec="libx265")),
    ],
    ids=["JPEG", "HEIC", "PDF", "H.264", "H.265"],
)
def test_evidence_is_decoded_and_served(journey: Journey, media_type: str, kind: str, content: bytes) -> None:
    buyer, order = journey.participants.buyer, journey.order()
    about = {"kind": kind, "media_type": media_type, "size": len(content), "sha256": sha256(content)}
    file = buyer.post("/v1/evidence", {**about, "order_id": order["id"]})
    posted = httpx.post(
        file["upload"]["url"], data=file["upload"]["fields"], files={"file": content}, timeout=60, trust_env=False
    )
    assert posted.status_code == 204
    path = f"/v1/evidence/{file['id']}"
    buyer.post(f"{path}/complete")

    checked = buyer.wait(path, _is_checked, seconds=60)
    assert (checked["state"], checked["refused_because"]) == ("accepted", None)
    assert httpx.get(checked["links"]["copy_url"], timeout=60, trust_env=False).content


def _is_checked(file: Body) -> bool:
    return file["state"] in ("accepted", "refused")
