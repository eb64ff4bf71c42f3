"""The events that kb-svc consumes: none. Articles come from editors and from the seeds."""

from aftercare_chassis.consumer.dispatcher import Handlers

HANDLERS: Handlers = {}
