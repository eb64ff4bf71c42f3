"""Files that the people of a scenario upload."""

import hashlib
from io import BytesIO
from typing import Any

from in_process_suite import InProcessSuite
from PIL import Image


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


async def attached(suite: InProcessSuite, conversation_id: str, content: bytes) -> dict[str, Any]:
    """A file of the buyer in a conversation after its check; with nothing uploaded, as it was announced."""
    desk, path = suite.services["cs"], f"conversations/{conversation_id}/attachments"
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    file = await suite.call(
        "buyer", "cs", path, {"media_type": "image/jpeg", "size_bytes": max(1, len(content)), "sha256": digest}
    )
    if not content:
        return file
    upload = file["upload"]
    posted = await desk.client().post(upload["url"], data=upload["fields"], files={"file": ("photo", content)})
    assert posted.status_code == 204, posted.text
    await suite.call("buyer", "cs", f"{path}/{file['id']}/complete")
    await desk.run_workers("attachment-checks")
    return await suite.get("buyer", "cs", f"{path}/{file['id']}")


async def a_photo(suite: InProcessSuite, order: dict[str, Any], by: str = "buyer") -> str:
    """The hash of a photo that was uploaded for the order and accepted."""
    file = await uploaded(suite, photo_of(), by, order_id=order["id"])
    assert file["state"] == "accepted"
    return str(file["sha256"])
