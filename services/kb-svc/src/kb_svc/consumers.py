"""The ears of kb-svc: it hears nobody. Articles come from people and from the seeds."""

from aftercare_chassis.consumer.dispatcher import Handlers

HANDLERS: Handlers = {}
