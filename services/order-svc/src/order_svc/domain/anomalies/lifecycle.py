"""The states of an anomaly as a table."""

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from order_svc.domain.anomalies.codes import AnomalyAction, AnomalyState
from order_svc.domain.permissions import MERCHANT_OR_AGENT, SYSTEM_ONLY

_S, _A = AnomalyState, AnomalyAction

ANOMALY: Lifecycle[AnomalyState, AnomalyAction] = Lifecycle(
    "parcel anomaly",
    initial=_S.OPEN,
    transitions={
        (_S.OPEN, _A.ACKNOWLEDGE): Transition(_S.ACKNOWLEDGED, MERCHANT_OR_AGENT),
        (_S.OPEN, _A.RESOLVE): Transition(_S.RESOLVED, MERCHANT_OR_AGENT),
        (_S.OPEN, _A.END): Transition(_S.RESOLVED, SYSTEM_ONLY),
        (_S.ACKNOWLEDGED, _A.RESOLVE): Transition(_S.RESOLVED, MERCHANT_OR_AGENT),
        (_S.ACKNOWLEDGED, _A.END): Transition(_S.RESOLVED, SYSTEM_ONLY),
    },
    timeouts={_S.OPEN: Timeout("merchant"), _S.ACKNOWLEDGED: Timeout("merchant")},
    ends={_S.RESOLVED},
)
"""An anomaly waits for the merchant, or for a scan, without a limit: what it is about goes on without it."""
