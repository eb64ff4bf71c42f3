"""What the adapters of providers have in common that take payments at once only: they authorise nothing that could be captured."""

from order_svc.domain.payments.errors import AuthorisationNotOffered
from order_svc.domain.payments.model import Payment
from order_svc.integrations.payments.port import ProviderResult
from order_svc.integrations.payments.results import declined


class PaidAtOnce:
    """The part of the port that is not offered. `payments.start` refuses such payments before they are started."""

    authorises = False

    async def capture(self, _: Payment) -> ProviderResult:
        """See the port."""
        return declined(AuthorisationNotOffered.code, AuthorisationNotOffered.code)
