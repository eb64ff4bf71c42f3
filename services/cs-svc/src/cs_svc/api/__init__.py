"""The REST API of cs-svc: routes by noun, and the bodies in `schemas/`."""
