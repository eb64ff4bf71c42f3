"""The REST API of kb-svc: routes by noun, and the bodies in `schemas.py`."""
