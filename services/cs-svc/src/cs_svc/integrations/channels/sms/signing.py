"""ACS3-HMAC-SHA256, by which requests to Alibaba Cloud are signed (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """An access key of an account."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A call of an API in its RPC style: the parameters are in the query, and the body is empty."""

    name: str
    version: str
    parameters: Mapping[str, str]

    @property
    def query(self) -> str:
        """The canonical query, which is also the one that is sent."""
        return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(self.parameters.items()))


def headers(action: Action, *, host: str, at: datetime, nonce: str, key: AccessKey) -> dict[str, str]:
    """The headers of the signed request, without those that the HTTP client adds."""
    signed = {
        "host": host,
        "x-acs-action": action.name,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": action.version,
    }
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join(("POST", "/", action.query, lines, names, signed["x-acs-content-sha256"]))
    text = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    proof = hmac.new(key.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return signed | {"authorization": f"{_ALGORITHM} Credential={key.id},SignedHeaders={names},Signature={proof}"}


def _quoted(text: str) -> str:
    """As RFC 3986 has it: all but letters, digits and `-_.~`."""
    return quote(text, safe="-_.~")
