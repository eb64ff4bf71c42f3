"""Requests to couriers: forms that are posted, and answers that are read up to a limit, since nobody vouches for them."""

import asyncio
import re
from collections.abc import Mapping

import httpx
from pydantic import ValidationError

from order_svc.integrations.couriers.outward.port import CourierOutcome, CourierRefusal, CourierResult
from order_svc.integrations.payments.results import NOT_REACHED

LARGEST = 1024 * 1024
"""Bytes of an answer that are read; a longer one is none."""
_SECONDS = 15.0
"""For the whole exchange: a courier that sends a byte now and then must not hold a worker."""
_REASON = re.compile(r"[!-~]{1,60}")

UNKNOWN = CourierResult(outcome=CourierOutcome.UNKNOWN)
NOT_SENT = CourierResult(outcome=CourierOutcome.NOT_SENT)
NOT_FOUND = CourierResult(outcome=CourierOutcome.NOT_FOUND)
UNSUPPORTED = CourierResult(outcome=CourierOutcome.UNSUPPORTED)
DONE = CourierResult(outcome=CourierOutcome.DONE)
UNREADABLE = (ValueError, ValidationError, RecursionError)
"""What reading an answer raises."""


async def post(client: httpx.AsyncClient, url: str, fields: Mapping[str, str]) -> bytes | CourierResult:
    """The body of the answer with status 200; what is known of the call where there is none. Redirects are not followed."""
    try:
        async with asyncio.timeout(_SECONDS), client.stream("POST", url, data=fields) as response:
            return await _body(response) if response.status_code == 200 else UNKNOWN
    except NOT_REACHED:
        return NOT_SENT
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return UNKNOWN


async def _body(response: httpx.Response) -> bytes | CourierResult:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            return UNKNOWN
    return bytes(body)


def refused(refusal: CourierRefusal, reason: str | None = None) -> CourierResult:
    """The courier has declined; its own code is kept where it is one."""
    code = reason if reason is not None and _REASON.fullmatch(reason) else None
    return CourierResult(outcome=CourierOutcome.REFUSED, refusal=refusal, reason=code)
