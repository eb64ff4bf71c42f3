"""Every event of Aftercare, one module per aggregate: the event classes, and the vocabularies of their fields.

A new event is a class in the module of its aggregate. `aftercare_events` exports it.
"""
