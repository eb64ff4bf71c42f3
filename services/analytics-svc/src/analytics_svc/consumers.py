"""The events that analytics-svc consumes: every known one, and the envelopes of those that this build does not know."""

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_events import EVENTS, Envelope

from analytics_svc import projections

HANDLERS: Handlers = {
    **dict.fromkeys(EVENTS.values(), projections.store_event),
    Envelope: projections.store_unknown_event,
}
