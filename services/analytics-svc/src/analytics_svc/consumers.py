"""The ears of analytics-svc: it listens to everything, its own insights included."""

from aftercare_chassis.consumer import Handlers
from aftercare_events import EVENTS

from analytics_svc import projections

HANDLERS: Handlers = dict.fromkeys(EVENTS.values(), projections.keep)
