"""The ears of analytics-svc: it listens to everything, its own insights and what this build does not know included."""

from aftercare_chassis.consumer.dispatcher import Handlers

from analytics_svc import projections

HANDLERS: Handlers = projections.HANDLERS
