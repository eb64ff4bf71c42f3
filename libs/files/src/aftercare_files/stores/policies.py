"""Checking the form of an upload against the policy in it, as an S3-compatible store does."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from aftercare_files.stores.signatures import Credentials

_NOT_SIGNED = frozenset({"policy", "x-amz-signature"})


class StoreRefusal(Exception):
    """The store refuses a request, with a status and a code of S3."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def permitted_sizes(credentials: Credentials, bucket: str, fields: Mapping[str, str], now: datetime) -> tuple[int, int]:
    """The smallest and the largest size in bytes that the policy permits for what the form names.

    Raises: StoreRefusal where the signature is not ours, the policy has expired, or a field differs from it.
    """
    policy = fields.get("policy", "")
    try:
        signed_at = datetime.strptime(fields["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=now.tzinfo)
    except (KeyError, ValueError):
        raise StoreRefusal(400, "InvalidArgument", "x-amz-date is missing or malformed.") from None
    signature = fields.get("x-amz-signature", "").encode()
    if not hmac.compare_digest(credentials.signature(policy, signed_at).encode(), signature):
        raise StoreRefusal(403, "SignatureDoesNotMatch", "The signature is not that of the policy.")
    document = json.loads(base64.b64decode(policy))  # signed by us, so it is what we wrote
    if datetime.fromisoformat(document["expiration"]) <= now:
        raise StoreRefusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    sizes, wanted = (0, 0), {"bucket": bucket}
    for condition in document["conditions"]:
        if isinstance(condition, list):
            sizes = (condition[1], condition[2])
        else:
            wanted |= condition
    _compare(wanted, {**fields, "bucket": bucket})
    return sizes


def _compare(wanted: Mapping[str, str], given: Mapping[str, str]) -> None:
    for name, value in wanted.items():
        if given.get(name) != value:
            raise StoreRefusal(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {name}.")
    if given.keys() - wanted.keys() - _NOT_SIGNED:
        raise StoreRefusal(403, "AccessDenied", "Invalid according to Policy: Extra input fields.")
