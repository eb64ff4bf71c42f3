"""How many pushes arrive at each address of a partner, and what becomes of them."""

from prometheus_client import CollectorRegistry, Counter

from order_svc.integrations.pushes import Acceptance, ExaminedPush


class PushMetrics:
    """Pushes by partner, endpoint and outcome: how they are acknowledged, or why they are not.

    Administrators open endpoints, one or few per partner, so that their ids may be a label.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._pushes = Counter(
            "aftercare_partner_pushes_total",
            "Pushes of partners by endpoint and outcome.",
            ["partner", "endpoint", "outcome"],
            registry=registry,
        )

    def count(self, partner: str, endpoint_id: str | None, push: ExaminedPush[object], acceptance: Acceptance) -> None:
        """Count a push."""
        outcome = acceptance.value if push.rejection is None else push.rejection.code.value
        self._pushes.labels(partner, endpoint_id or "", outcome).inc()
