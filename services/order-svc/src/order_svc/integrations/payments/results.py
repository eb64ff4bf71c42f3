"""The results that all adapters have in common."""

import httpx

from order_svc.integrations.payments.port import Outcome, ProviderResult

UNKNOWN = ProviderResult(outcome=Outcome.UNKNOWN)
NOT_SENT = ProviderResult(outcome=Outcome.NOT_SENT)
NOT_FOUND = ProviderResult(outcome=Outcome.NOT_FOUND)
PENDING = ProviderResult(outcome=Outcome.PENDING)
NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What httpx raises where no byte of the request has reached the provider."""
_LONGEST_CODE = 100


def declined(code: object, otherwise: str) -> ProviderResult:
    """The provider has refused, for the reason with its code where that is one, or else ours."""
    given = code if isinstance(code, str) and 0 < len(code) <= _LONGEST_CODE else otherwise
    return ProviderResult(outcome=Outcome.DECLINED, failure_code=given)
