"""A telephone system that reports calls by webhooks, signed as Standard Webhooks 1.0.0 has it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

# Any: JSON.


@dataclass
class Telephone:
    """Makes the requests by which calls are reported."""

    clock: Callable[[], datetime]
    secret: str = "whsec_dGVsZXBob25lLXN5c3RlbS1vZi10ZXN0cy1vbmx5ISE="  # noqa: S105 (of tests)
    _count: int = 0

    def report(
        self, kind: str, call_id: str, number: str, *, at: datetime | None = None, **data: Any
    ) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a report: `kind` is ringing, answered or ended."""
        self._count += 1
        now = self.clock()
        body = json.dumps(
            {
                "type": f"call.{kind}",
                "data": {"call_id": call_id, "number": number, "at": now.isoformat(), **data},
            },
            ensure_ascii=False,
        )
        return self.signed(f"msg_{self._count}", body, at or now)

    def signed(self, message_id: str, body: str, at: datetime) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a signed request."""
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(message_id, at, body),
        }
        return headers, body.encode()
