"""Anomalies of parcels, published by order-svc with the events of the parcel: silence, damage, loss and other ways that went wrong."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.parcels import ParcelEvent, ParcelStatus, ReceiverKind
from aftercare_events.event import EventPart
from aftercare_events.fields import Code, Id, PrincipalId, Quantity, Time
from aftercare_events.vocabulary import Vocabulary, one_of


class AnomalyKind(Vocabulary):
    """What is wrong with a parcel. The first eight follow from silence: nothing was scanned for the hours of the setting."""

    NOT_PICKED_UP = "not_picked_up", "handed over, and no courier has scanned it"
    STUCK_IN_TRANSIT = "stuck_in_transit", "on its way, without a scan"
    STUCK_IN_CUSTOMS = "stuck_in_customs", "in customs, without a scan"
    STUCK_IN_DELIVERY = "stuck_in_delivery", "out for delivery, without a scan"
    NOT_COLLECTED = "not_collected", "waits in a locker or at a station for long"
    STUCK_RETURNING = "stuck_returning", "on its way back to its sender, without a scan"
    PRESUMED_LOST = "presumed_lost", "without a scan for so long that it counts as lost"
    DELIVERY_OVERDUE = "delivery_overdue", "the time in which it was to arrive is over"
    LOST = "lost", "the courier reports that it is lost"
    DAMAGED = "damaged", "the courier reports that it is damaged"
    DISPOSED = "disposed", "the courier or customs have destroyed or seized it"
    REFUSED = "refused", "the receiver has refused it"
    RETURNED_TO_SENDER = "returned_to_sender", "goes back to its sender, and was not called back"
    RETURNED_AFTER_DELIVERY = "returned_after_delivery", "was delivered, and goes back to its sender"
    OTHER_RECEIVER = (
        "other_receiver",
        "somebody has signed for the receiver, who states not to have it, or not to have authorised that",
    )
    MISROUTED = "misrouted", "the courier has sent it the wrong way"
    ADDRESS_PROBLEM = "address_problem", "the courier cannot deliver to its address, or reach the receiver"
    SCANNED_AFTER_VOID = "scanned_after_void", "it was voided, and a courier has it"


class GoodsLoss(Vocabulary):
    """What the owner of the goods may claim from the courier for."""

    LOST = "lost", "the goods are gone"
    DAMAGED = "damaged", "the goods are damaged"


class AnomalyEnd(Vocabulary):
    """How an anomaly ended."""

    SCANNED = "scanned", "a scan shows that the parcel goes on"
    ARRIVED = "arrived", "the receiver of its leg has it"
    PARCEL_ENDED = "parcel_ended", "the courier has nothing more to do with it"
    NOT_FOLLOWED = "not_followed", "it was voided, its waybill was corrected, or nobody collects it"
    RESOLVED = "resolved", "the merchant or an agent has resolved it"


class AnomalyResolution(Vocabulary):
    """How the merchant or an agent has resolved an anomaly."""

    FOUND = "found", "the parcel was found"
    HURRIED = "hurried", "the courier was called and goes on"
    RESHIPPED = "reshipped", "the goods were sent once more"
    REFUNDED = "refunded", "the buyer has the money back"
    CLAIMED = "claimed", "the loss is claimed from the courier"
    GOODS_BACK = "goods_back", "the merchant has the goods again"
    RECEIVER_CONFIRMED = "receiver_confirmed", "the receiver confirms that all is well"
    FALSE_ALARM = "false_alarm", "nothing was wrong"
    OTHER = "other", "otherwise"


class AnomalyScan(EventPart):
    """One of the scans that show the anomaly, in codes."""

    status: Annotated[Code, one_of(ParcelStatus, "normalised")]
    reason: Annotated[Code | None, Field(description="why, as a normalised code")] = None
    raw_code: Annotated[str | None, Field(max_length=200, description="the courier's own code")] = None
    partner: Annotated[Code | None, Field(description="who reported it, such as `zto` or `kuaidi100`")] = None
    occurred_at: Annotated[Time, Field(description="by the courier's clock")]


class ParcelAnomalyEvent(ParcelEvent):
    """What every event of an anomaly carries."""

    anomaly_id: Annotated[Id, Field(description="the anomaly: one occurrence of one kind")]
    kind: Annotated[Code, one_of(AnomalyKind, "what is wrong")]
    since: Annotated[Time, Field(description="since when: of silence, the last sign of the parcel")]
    loss: Annotated[
        Code | None, one_of(GoodsLoss, "what of the goods may be claimed from the courier; absent where nothing is")
    ] = None


class ParcelAnomalyRaised(ParcelAnomalyEvent):
    """Something is wrong with a parcel; published once per kind and occurrence."""

    matter: Code = "parcel_anomaly"
    silent: Annotated[bool, Field(description="whether it follows from silence and not from a scan")]
    scans: Annotated[
        tuple[AnomalyScan, ...], Field(description="the last scans of the parcel, oldest first, at most ten")
    ] = ()


class ParcelAnomalyAcknowledged(ParcelAnomalyEvent):
    """The merchant or an agent looks after an anomaly."""

    matter: Code = "parcel_anomaly_acknowledgement"
    acknowledged_by: Annotated[PrincipalId, Field(description="who does")]


class ParcelAnomalyEnded(ParcelAnomalyEvent):
    """An anomaly is over: it has resolved itself, or somebody has resolved it."""

    matter: Code = "parcel_anomaly_end"
    cause: Annotated[Code, one_of(AnomalyEnd, "how it ended")]
    resolution: Annotated[
        Code | None, one_of(AnomalyResolution, "how it was resolved; absent where it resolved itself")
    ] = None


class DeliveryMeasured(ParcelEvent):
    """How long the way of a parcel took, published at its end; where the end changes, once more, and the last one counts."""

    matter: Code = "delivery_measurement"
    outcome: Annotated[Code, one_of(ParcelStatus, "how it ended")]
    delivered: Annotated[bool, Field(description="whether the receiver of its leg has the parcel")]
    delivered_to: Annotated[Code | None, one_of(ReceiverKind, "what kind of receiver took it, never who")] = None
    handed_over_at: Annotated[Time, Field(description="when it was given to the courier, or was to be")]
    first_scan_at: Annotated[Time | None, Field(description="when a courier first had it; absent where none did")] = (
        None
    )
    first_attempt_at: Annotated[
        Time | None, Field(description="when its delivery was first tried; absent where it was not")
    ] = None
    ended_at: Annotated[Time, Field(description="when it ended, according to the courier")]
    attempts: Annotated[Quantity, Field(description="how often its delivery was tried, the successful one included")]
    scans: Annotated[Quantity, Field(description="how many scans it has")]
    anomalies: Annotated[
        tuple[Code, ...], Field(description="the kinds (AnomalyKind) of its anomalies, whatever became of them")
    ] = ()
    loss: Annotated[
        Code | None, one_of(GoodsLoss, "what became of the goods with the courier; absent where nothing did")
    ] = None
