"""The REST API of analytics-svc: routes by noun, and the bodies in `schemas`."""
