"""AWS Signature 4 of POST policies and of presigned requests, as S3-compatible stores verify it.

Source: "Authenticating Requests: Browser-Based Uploads Using POST" and "… Using Query Parameters" of the S3 API reference.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STAMP = "%Y%m%dT%H%M%SZ"
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key that signs, and the region that it signs for."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"

    def scope(self, now: datetime) -> str:
        """The credential as it is named in what is signed on this day."""
        return f"{self.access_key}/{self._scope(now)}"

    def signature(self, text: str, now: datetime) -> str:
        """The signature of a text, in hexadecimal, by the key of this day."""
        key = f"AWS4{self.secret_key}".encode()
        for part in self._scope(now).split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _scope(self, now: datetime) -> str:
        return f"{now:%Y%m%d}/{self.region}/s3/aws4_request"


def post_fields(
    credentials: Credentials, *, bucket: str, fields: Mapping[str, str], size: int, now: datetime, expires_at: datetime
) -> dict[str, str]:
    """The form fields of an upload, which the store accepts with these values, this size in bytes and until then only."""
    signed = {
        **fields,
        "x-amz-algorithm": _ALGORITHM,
        "x-amz-credential": credentials.scope(now),
        "x-amz-date": f"{now:{_STAMP}}",
    }
    conditions: list[object] = [{"bucket": bucket}, *({name: value} for name, value in signed.items())]
    conditions.append(["content-length-range", size, size])
    document = {"expiration": f"{expires_at:%Y-%m-%dT%H:%M:%S.000Z}", "conditions": conditions}
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    return {**signed, "policy": policy, "x-amz-signature": credentials.signature(policy, now)}


def presigned(
    credentials: Credentials,
    method: str,
    url: str,
    *,
    now: datetime,
    lifetime: timedelta,
    query: Mapping[str, str] | None = None,
) -> str:
    """The URL with a signature that permits this request until its lifetime is over."""
    parts = urlsplit(url)
    parameters = {
        **(query or {}),
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": credentials.scope(now),
        "X-Amz-Date": f"{now:{_STAMP}}",
        "X-Amz-Expires": str(int(lifetime.total_seconds())),
        "X-Amz-SignedHeaders": "host",
    }
    text = _string_to_sign(credentials, method, parts.netloc, parts.path, parameters, now)
    return f"{url}?{_encoded(parameters)}&X-Amz-Signature={credentials.signature(text, now)}"


def is_presigned(credentials: Credentials, method: str, url: str, parameters: Mapping[str, str], now: datetime) -> bool:
    """Whether these query parameters permit the request now; `url` is what was signed."""
    given = dict(parameters)
    signature = given.pop("X-Amz-Signature", "")
    try:
        signed_at = datetime.strptime(given["X-Amz-Date"], _STAMP).replace(tzinfo=now.tzinfo)
        lifetime = timedelta(seconds=int(given["X-Amz-Expires"]))
    except (KeyError, ValueError, OverflowError):
        return False
    parts = urlsplit(url)
    text = _string_to_sign(credentials, method, parts.netloc, parts.path, given, signed_at)
    is_ours = hmac.compare_digest(credentials.signature(text, signed_at).encode(), signature.encode())
    return is_ours and signed_at <= now < signed_at + lifetime


def _string_to_sign(
    credentials: Credentials, method: str, host: str, path: str, parameters: Mapping[str, str], now: datetime
) -> str:
    request = "\n".join([method, path, _encoded(parameters), f"host:{host}\n", "host", _UNSIGNED])
    scope = credentials.scope(now).partition("/")[2]
    return "\n".join([_ALGORITHM, f"{now:{_STAMP}}", scope, hashlib.sha256(request.encode()).hexdigest()])


def _encoded(parameters: Mapping[str, str]) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in pairs)
