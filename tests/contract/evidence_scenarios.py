"""Scenarios in which files are uploaded as evidence."""

import hashlib
from io import BytesIO
from typing import Any

from in_process_suite import InProcessSuite
from PIL import Image
from suite_scenarios import asked, delivered


def photo_of(degrees: int = 0) -> bytes:
    """A picture, turned by this."""
    out = BytesIO()
    Image.linear_gradient("L").rotate(degrees).save(out, "JPEG")
    return out.getvalue()


async def uploaded(suite: InProcessSuite, content: bytes, by: str = "buyer", **about: str) -> dict[str, Any]:
    """The file after its check; with nothing uploaded, as it was announced."""
    shop = suite.services["aftersale"]
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    body = {"kind": "photo", "media_type": "image/jpeg", "size": max(1, len(content)), "sha256": digest, **about}
    file = await suite.call(by, "aftersale", "evidence", body)
    if not content:
        return file
    upload = file["upload"]
    posted = await shop.client().post(upload["url"], data=upload["fields"], files={"file": ("photo", content)})
    assert posted.status_code == 204, posted.text
    await suite.call(by, "aftersale", f"evidence/{file['id']}/complete")
    await shop.run_workers("evidence-checks")
    return await suite.get(by, "aftersale", f"evidence/{file['id']}")


async def files_as_evidence(suite: InProcessSuite) -> str:
    """A photo is accepted and cited, another file is refused, and a third is never uploaded. The order's id."""
    order = await delivered(suite, "73000019")
    photo = await uploaded(suite, photo_of(), order_id=order["id"])
    case = await asked(suite, order, 1, "refund_only")
    refused = await uploaded(suite, b"no picture", case_id=case["id"])
    missing = await uploaded(suite, b"", case_id=case["id"])
    assert (photo["state"], refused["state"], missing["state"]) == ("accepted", "refused", "pending")
    await suite.advance(2)
    await suite.services["aftersale"].run_workers("evidence-checks")
    await suite.settle()
    expired = await suite.get("buyer", "aftersale", f"evidence/{missing['id']}")
    assert expired["state"] == "expired"
    return str(order["id"])


SCENARIOS = (files_as_evidence,)
